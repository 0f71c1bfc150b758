import type { JsonObject } from '../model/json.ts';
import type { Millis } from '../model/write.ts';
import { isApiFailure, type KubeApi } from './api.ts';
import { holderOf, readLease, writeLease } from './lease.ts';
import type { Pause } from './pause.ts';

export interface LeaderOptions {
  readonly api: Pick<KubeApi, 'call'>;
  readonly namespace: string;
  readonly name: string;
  /** This process: its pod's name. */
  readonly identity: string;
  /** A leader that was not heard of for so long has lost. */
  readonly leaseSeconds: number;
  readonly renewMs: Millis;
  readonly signal: AbortSignal;
  readonly now: () => Millis;
  readonly pause: Pause;
  readonly onChange: (leading: boolean) => void;
  /** Why nobody can be elected, once for each reason; undefined once it goes on. */
  readonly onTrouble: (why: string | undefined) => void;
  /** A write of ours was made. */
  readonly onWrite: () => void;
}

/** Two writes a minute: whoever speaks may well be replaced half a minute late. client-go renews every two seconds. */
export const slowRenewal = { leaseSeconds: 90, renewMs: 30_000 };

/**
 * Takes the Lease when it is free, renews it, and leaves it to whoever is first when it stops. Time is measured from
 * when a renewal was seen, not by what it states, since clocks differ (client-go tools/leaderelection).
 */
export async function electLeader(options: LeaderOptions): Promise<void> {
  const { signal, renewMs, leaseSeconds, identity, now, pause, onChange, onTrouble, onWrite } = options;
  let leading = false;
  let seen: { readonly renewal: string; readonly at: Millis } | undefined;
  let renewed: Millis = -Infinity;
  const become = (next: boolean): void => {
    if (next !== leading) onChange(next);
    leading = next;
  };
  let trouble: string | undefined;
  const tell = (why: string | undefined): void => {
    if (why !== trouble) onTrouble(why);
    trouble = why;
  };
  const write = async (before: JsonObject | undefined, holder: string): Promise<void> => {
    await writeLease(options, before, { holder, seconds: leaseSeconds, now: now() });
    onWrite();
  };
  while (!signal.aborted) {
    try {
      const lease = await readLease(options);
      const { holder, renewal } = holderOf(lease);
      if (seen?.renewal !== renewal) seen = { renewal, at: now() };
      const isFree =
        lease === undefined || holder === '' || holder === identity || now() - seen.at > leaseSeconds * 1000;
      if (isFree) {
        await write(lease, identity);
        renewed = now();
        become(true);
      } else become(false);
      tell(undefined);
    } catch (error) {
      if (!isApiFailure(error)) throw error;
      tell(error.status === 409 ? undefined : error.message);
      // 409: somebody else was faster. Else nobody can be told to speak; who spoke last stops in time.
      if (error.status === 409 || now() - renewed > leaseSeconds * 1000) become(false);
    }
    await pause(leading ? renewMs : Math.min(renewMs, (leaseSeconds * 1000) / 6), signal);
  }
  if (!leading) return;
  become(false);
  const lease = await readLease(options).catch(() => undefined);
  if (lease && holderOf(lease).holder === identity) await write(lease, '').catch(() => undefined);
}
