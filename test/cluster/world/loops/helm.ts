import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredTool } from '../../../etcd/harness/tool.ts';
import type { Loop } from '../scenario.ts';

const deployer = 'pipeline';

/** The real helm, upgrading what needs no upgrade. Releases are Secrets, which live nobody may look at. */
export const helmUpgrades: Loop = {
  name: 'a Helm release that is upgraded over and over',
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
  async prepare({ directory }) {
    mkdirSync(join(directory, 'chart', 'templates'), { recursive: true });
    writeFileSync(join(directory, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { colour: 'green' } };
    writeFileSync(join(directory, 'chart', 'templates', 'web.yaml'), JSON.stringify(configMap));
  },
  start({ every, plane, directory }) {
    every(400, async () => {
      // Half the work of an upgrade goes into what these leave out; a busy machine would manage too few otherwise.
      const light = ['--disable-openapi-validation', '--no-hooks'];
      const args = ['upgrade', '--install', 'web', join(directory, 'chart'), '-n', 'released', '--history-max', '5'];
      const as = ['--kubeconfig', plane.kubeconfig, '--kube-token', plane.tokenFor(deployer)];
      const helm = spawn(requiredTool('helm'), [...args, ...light, ...as], {
        stdio: 'ignore',
        env: { PATH: process.env['PATH'], HOME: directory },
      });
      const [code] = (await once(helm, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`helm ended with ${code}`);
    });
  },
};
