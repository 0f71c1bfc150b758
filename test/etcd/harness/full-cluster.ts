import { afterEach } from '@jest/globals';
import { connect } from './client.ts';
import { fill, type Acknowledged } from './fill.ts';
import { startEtcd, type Etcd, type EtcdOptions } from './start-etcd.ts';
import { until } from './until.ts';

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
  return { etcd, acknowledged: await filled(etcd) };
}

/** Filled to its quota, and no member behind: one that lags holds less for a while. */
export async function filled({ client, members }: Etcd): Promise<Acknowledged> {
  const acknowledged = await fill(client);
  const { revision } = await client.status();
  for (const { endpoint } of members) {
    const member = connect(endpoint);
    try {
      await until(`${endpoint} to hold it`, async () => {
        const status = await member.status();
        return status.revision >= revision && status.sizeBytes > 0.8 * quotaBytes;
      });
    } finally {
      member.close();
    }
  }
  return acknowledged;
}

/** Waits until two looks find files and alarms the same: etcd commits to its file every 100 ms, and each member arms its own. */
export async function atRest({ client, members }: Etcd): Promise<void> {
  const connected = members.map(({ endpoint }) => connect(endpoint));
  let before = '';
  try {
    await until(
      'the cluster to be at rest',
      async () => {
        const states = await Promise.all(connected.map((member) => member.status()));
        const now = JSON.stringify([states.map(({ sizeBytes }) => sizeBytes), await client.alarms()]);
        const same = now === before;
        before = now;
        return same;
      },
      { everyMs: 300 },
    );
  } finally {
    for (const member of connected) member.close();
  }
}
