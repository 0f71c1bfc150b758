import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredTool } from '../../../etcd/harness/tool.ts';
import type { Loop } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const deployer = 'pipeline';
/** The first is upgraded twice as often, so that the finding, which speaks for both, has its name. */
const releases = ['web', 'worker'];

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
    writeFileSync(join(directory, 'chart', 'values.yaml'), 'name: ""\n');
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: '{{ .Values.name | default .Release.Name }}' },
    };
    writeFileSync(join(directory, 'chart', 'templates', 'web.yaml'), JSON.stringify(configMap));
    for (const release of releases)
      if ((await upgrade(stage, release)) !== 0) throw new Error(`helm could not install ${release}`);
  },
  start(stage) {
    const retry = async (release: string): Promise<void> => {
      // No ConfigMap may be called that, so it is rolled back, which is a revision as well.
      const code = await upgrade(stage, release, ['--atomic', '--set', 'name=Wrong']);
      if (code === 0) throw new Error('helm upgraded what cannot be upgraded');
    };
    stage.every(800, (turn) => Promise.all(releases.slice(0, 1 + (turn % 2)).map(retry)));
  },
};

/** helm's exit code. What is left out is half the work, of which a busy machine would manage too little. */
async function upgrade(
  { plane, directory }: Stage,
  release: string,
  more: readonly string[] = [],
): Promise<number | null> {
  const chart = join(directory, 'chart');
  const args = ['upgrade', '--install', release, chart, '-n', 'released', '--history-max', '5', ...more];
  const light = ['--disable-openapi-validation', '--no-hooks'];
  const as = ['--kubeconfig', plane.kubeconfig, '--kube-token', plane.tokenFor(deployer)];
  const helm = spawn(requiredTool('helm'), [...args, ...light, ...as], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: directory },
  });
  const [code] = (await once(helm, 'exit')) as [number | null];
  return code;
}
