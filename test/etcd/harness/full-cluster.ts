import { afterEach } from '@jest/globals';
import { fill, type Acknowledged } from './fill.ts';
import { startEtcd, type Etcd, type EtcdOptions } from './start-etcd.ts';

/** Small, so that it is soon full. */
export const quotaBytes = 16 * 2 ** 20;

const etcds: Etcd[] = [];
afterEach(async () => {
  for (const etcd of etcds.splice(0)) await etcd.stop();
});

/** Stopped after the test. */
export async function started(options: EtcdOptions = {}): Promise<Etcd> {
  const etcd = await startEtcd({ quotaBytes, ...options });
  etcds.push(etcd);
  return etcd;
}

/** Three members under NOSPACE. */
export async function fullCluster(options: EtcdOptions = {}): Promise<{ etcd: Etcd; acknowledged: Acknowledged }> {
  const etcd = await started({ members: 3, ...options });
  return { etcd, acknowledged: await fill(etcd.client) };
}
