import type { EtcdClient } from './client.ts';
import { until } from './until.ts';

/** What etcd acknowledged: every key with the value that it must still have. */
export type Acknowledged = Map<string, string>;

const distinctKeys = 60;

/**
 * Rewrites a few keys until etcd refuses for want of space, or for `bytes` of values. Values are large, so that this
 * takes few writes.
 */
export async function fill(
  client: EtcdClient,
  { bytes = Infinity, valueBytes = 16_384, prefix = '/registry/configmaps/team-a/settings' } = {},
): Promise<Acknowledged> {
  const acknowledged: Acknowledged = new Map();
  let written = 0;
  let full = false;
  // One lane a key, so that the last acknowledged value is the last written one.
  const lane = async (key: string): Promise<void> => {
    for (let round = 0; !full && written < bytes; round += 1) {
      const value = `${key} ${round} `.padEnd(valueBytes, 'x');
      try {
        await client.put(key, value);
        written += valueBytes;
        acknowledged.set(key, value);
      } catch (error) {
        if (!String(error).includes('database space exceeded')) throw error;
        // The put that crosses the quota is answered as refused and applied all the same.
        acknowledged.delete(key);
        full = true;
      }
    }
  };
  await Promise.all(Array.from({ length: distinctKeys }, (_, i) => lane(`${prefix}-${i}`)));
  // etcd commits to its file every 100 ms, and states the size of what it has committed.
  const enough = Math.min(bytes, written);
  if (!full) await until('the file to hold it', async () => (await client.status()).sizeBytes >= enough);
  return acknowledged;
}

/** Keys whose acknowledged value is gone; none may ever be. */
export async function lostKeys(client: EtcdClient, acknowledged: Acknowledged): Promise<string[]> {
  const stored = new Map(
    (await client.list('/registry/configmaps/team-a/')).map(({ key, value }) => [key, value.toString()]),
  );
  return [...acknowledged].filter(([key, value]) => stored.get(key) !== value).map(([key]) => key);
}
