import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredTool } from '../../../etcd/harness/tool.ts';
import type { Loop } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const deployer = 'pipeline';

/** The real helm, as a controller calls it that retries a failing upgrade without a bound. Releases are Secrets, which live nobody may look at. */
export const helmUpgrades: Loop = {
  name: 'a Helm release whose upgrade is retried over and over',
  namespace: 'released',
  users: [deployer],
  expected: {
    pattern: 'helm-release-growth',
    subject: { type: 'owner', group: 'helm.sh', resource: 'releases', namespace: 'released', name: 'web' },
    writers: [[deployer, 'helm']],
    fields: [],
    remedy: /end the upgrades that change nothing or fail/,
    live: false,
  },
  async prepare(stage) {
    const { directory } = stage;
    mkdirSync(join(directory, 'chart', 'templates'), { recursive: true });
    writeFileSync(join(directory, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
    writeFileSync(join(directory, 'chart', 'values.yaml'), 'name: web\n');
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Values.name }}' } };
    writeFileSync(join(directory, 'chart', 'templates', 'web.yaml'), JSON.stringify(configMap));
    if ((await upgrade(stage, [])) !== 0) throw new Error('helm could not install the release');
  },
  start(stage) {
    stage.every(700, async () => {
      // No ConfigMap may be called that, so it is rolled back, which is a revision as well.
      const code = await upgrade(stage, ['--atomic', '--set', 'name=Web']);
      if (code === 0) throw new Error('helm upgraded what cannot be upgraded');
    });
  },
};

/** helm's exit code. What is left out is half the work, of which a busy machine would manage too little. */
async function upgrade({ plane, directory }: Stage, more: readonly string[]): Promise<number | null> {
  const args = [
    'upgrade',
    '--install',
    'web',
    join(directory, 'chart'),
    '-n',
    'released',
    '--history-max',
    '5',
    ...more,
  ];
  const light = ['--disable-openapi-validation', '--no-hooks'];
  const as = ['--kubeconfig', plane.kubeconfig, '--kube-token', plane.tokenFor(deployer)];
  const helm = spawn(requiredTool('helm'), [...args, ...light, ...as], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: directory },
  });
  const [code] = (await once(helm, 'exit')) as [number | null];
  return code;
}
