import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../../etcd/member.ts';
import { keyName } from '../../report/key-name.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { watchWrites } from '../../sources/etcd-watch/watch-writes.ts';
import { createLiveCounts } from './rates.ts';

export interface LiveWatch {
  /** The first is watched; the others stand in where it fails. */
  readonly members: readonly Member[];
  readonly durationMs: number;
  readonly top: number;
  readonly seed: number;
  readonly onProgress: (doneMs: number) => void;
}

type Live = NonNullable<ChurnReport['live']>;

/** An armed alarm must be noticed soon: the watch is then one burden too many. */
const askedEvery = 2_000;

/** Watches for so long, or until an alarm is armed, and says who wrote how often meanwhile; else why it could not. */
export async function watchLive(options: LiveWatch): Promise<{ live: Live } | { whyNot: string }> {
  const { members, durationMs, top, seed, onProgress } = options;
  const counts = createLiveCounts(seed);
  const ending = new AbortController();
  const began = performance.now();
  let alarms: readonly string[] = [];
  let ended: number | undefined;
  const end = (): void => {
    ended ??= performance.now();
    ending.abort();
  };
  const look = async (): Promise<void> => {
    alarms = await alarmsNow(members);
    if (alarms.length > 0) end();
  };
  const over = setTimeout(end, durationMs);
  const watching = setInterval(
    () => {
      onProgress(Math.min(durationMs, performance.now() - began));
      void look();
    },
    Math.min(askedEvery, durationMs),
  );
  try {
    const outcome = await watchWrites({
      members: members.map((member) => (revision, to) => member.watch(revision, to)),
      keys: counts.keys,
      onRows: (rows) => counts.add(rows),
      signal: ending.signal,
      pause: (milliseconds) => pause(milliseconds, undefined, { signal: ending.signal }).catch(() => undefined),
    });
    if (!outcome.everAnswered)
      return { whyNot: `nothing could be watched: ${outcome.lastFailure?.message ?? 'no answer came'}` };
    const seconds = ((ended ?? performance.now()) - began) / 1000;
    return {
      live: {
        seconds,
        fromRevision: outcome.fromRevision,
        toRevision: outcome.toRevision,
        events: counts.events(),
        gap: outcome.gap,
        endedBy: alarms.length > 0 ? 'alarm' : 'time',
        keys: counts.top(top).map(({ key, resource, writes, deletes, bytes }) => ({
          ...keyName({ key, resource }),
          writes,
          deletes,
          bytes,
          ratePerMinute: (writes / seconds) * 60,
        })),
      },
    };
  } finally {
    clearTimeout(over);
    clearInterval(watching);
  }
}

async function alarmsNow(members: readonly Member[]): Promise<readonly string[]> {
  const statuses = await Promise.allSettled(members.map((member) => member.status()));
  return statuses.flatMap((settled) => (settled.status === 'fulfilled' ? settled.value.alarms : []));
}
