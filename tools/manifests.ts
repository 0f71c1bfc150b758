/** Renders manifests/ from the chart, for `kubectl apply -f`. With --check: fails when one is stale. Needs helm. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const modes = {
  default: 'ci/default-values.yaml',
  kubeadm: 'ci/kubeadm-values.yaml',
  vcluster: 'ci/vcluster-deployed-values.yaml',
} as const;

const namespace = `---
apiVersion: v1
kind: Namespace
metadata:
  name: kubechurn
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

function rendered(values: string): string {
  const { status, stdout, stderr, error } = spawnSync(
    'helm',
    [
      ...['template', 'kubechurn', `${root}chart`, '--namespace', 'kubechurn', '--values', `${root}chart/${values}`],
      ...['--set', 'tests.enabled=false', '--kube-version', '1.30.0'],
    ],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
  );
  if (error) throw new Error('helm is missing: run tools/bring/bring.sh helm', { cause: error });
  if (status !== 0) throw new Error(stderr);
  // Helm has no part in what is applied without it.
  return stdout
    .replaceAll(/^# Source: .*\n/gm, '')
    .replaceAll(/^ *(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*\n/gm, '');
}

await mkdir(`${root}manifests`, { recursive: true });
for (const [name, values] of Object.entries(modes)) {
  const file = `manifests/${name}.yaml`;
  const wanted = `# Rendered by tools/manifests.ts from chart/ with chart/${values}: change those.\n${namespace}${rendered(values)}`;
  if (!process.argv.includes('--check')) await writeFile(root + file, wanted);
  else if ((await readFile(root + file, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${file} is stale: run tools/run.sh node tools/manifests.ts`);
    process.exitCode = 1;
  }
}
