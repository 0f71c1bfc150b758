import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type EtcdClient } from '../test/etcd/harness/client.ts';
import { flags } from '../test/etcd/harness/flags.ts';
import { freePorts } from '../test/etcd/harness/free-ports.ts';
import { openScene } from '../test/etcd/harness/scene.ts';
import { requiredTool } from '../test/etcd/harness/tool.ts';

export interface BenchEtcd {
  readonly endpoint: string;
  readonly client: EtcdClient;
  stop(): Promise<void>;
}

/** An etcd as people run it: on a disk, and syncing to it. Its data begin as the database `from`. */
export async function benchEtcd(directory: string, from: string): Promise<BenchEtcd> {
  if (!existsSync(directory)) restore(from, directory);
  const [client = 0, peer = 0] = await freePorts(2);
  const scene = openScene('bench');
  const endpoint = `http://127.0.0.1:${client}`;
  const process = scene.start(
    requiredTool('etcd'),
    flags({
      'data-dir': directory,
      'listen-client-urls': endpoint,
      'advertise-client-urls': endpoint,
      'listen-peer-urls': `http://127.0.0.1:${peer}`,
      'quota-backend-bytes': 8 * 2 ** 30,
      'snapshot-count': 1_000_000,
      'log-level': 'fatal',
    }),
  );
  const to = connect(endpoint);
  for (let ready = false; !ready;) {
    if (process.ended()) throw new Error(`etcd ended: ${process.lastWords()}`);
    ready = await to.status().then(
      ({ leaderId }) => leaderId !== '0',
      () => false,
    );
    if (!ready) await pause(100);
  }
  return {
    endpoint,
    client: to,
    async stop() {
      to.close();
      await scene.close();
    },
  };
}

function restore(from: string, directory: string): void {
  rmSync(`${directory}.part`, { recursive: true, force: true });
  const args = ['snapshot', 'restore', from, '--skip-hash-check', '--data-dir', `${directory}.part`];
  const { status, stderr } = spawnSync(requiredTool('etcdutl'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`etcdutl restore ended with ${status}: ${stderr}`);
  renameSync(`${directory}.part`, directory);
}

/** So many keys of Kubernetes' shape, 128 in each transaction. */
export async function fillWithKeys(client: EtcdClient, count: number): Promise<void> {
  const value = Buffer.alloc(200, 'x');
  const batches = Array.from({ length: Math.ceil(count / 128) }, (_, batch) => batch);
  const lane = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const first = batch * 128;
      const keys = Array.from({ length: Math.min(128, count - first) }, (_, i) => first + i);
      await client.txn(
        keys.map((n) => ({
          put: `/registry/pods/team-${String(n % 300).padStart(3, '0')}/web-${n.toString(36)}`,
          value,
        })),
      );
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}
