import type { Millis } from '../../model/write.ts';

/** A key that was written often enough to be looked at. */
export interface Hot {
  readonly key: string;
  /** In the window. */
  readonly writes: number;
}

/** A key that is, or was, watched in full. */
export interface Watched {
  readonly key: string;
  readonly since: Millis;
  /** Pairs of revisions compared so far. */
  readonly compared: number;
  /** When it was last written. */
  readonly lastWrite: Millis;
  /** A finding names it with its fields. */
  readonly named: boolean;
  /** When its watch was given up; undefined while it runs. */
  readonly releasedAt: Millis | undefined;
}

export interface PromotionLimits {
  /** Full watches at a time. */
  readonly slots: number;
  /** Changes that settle what is going on, where a finding stands and where none does. */
  readonly provenBy: number;
  readonly clearedBy: number;
  /** A key that is quiet for so long gives up its place. */
  readonly quietMs: Millis;
  /** A key that was let go is not looked at again before this. */
  readonly restMs: Millis;
}

export const defaultPromotion: PromotionLimits = {
  slots: 32,
  provenBy: 60,
  clearedBy: 240,
  quietMs: 3 * 60_000,
  restMs: 10 * 60_000,
};

export interface Promotion {
  readonly promote: readonly string[];
  readonly release: readonly string[];
}

/** Which keys to watch in full from now on, and which no longer: the hottest first, each until what flips in it is known. */
export function promotions(
  hot: readonly Hot[],
  watched: ReadonlyMap<string, Watched>,
  limits: PromotionLimits,
  now: Millis,
): Promotion {
  const running = [...watched.values()].filter(({ releasedAt }) => releasedAt === undefined);
  const waiting = hot.filter(({ key }) => {
    const before = watched.get(key);
    return !before || (before.releasedAt !== undefined && now - before.releasedAt >= limits.restMs);
  });
  const release = running.filter(
    ({ compared, named, lastWrite, since }) =>
      compared >= (named ? limits.provenBy : limits.clearedBy) || now - Math.max(lastWrite, since) >= limits.quietMs,
  );
  const free = limits.slots - running.length + release.length;
  // Where others wait, whoever has been looked at longest makes room once it was seen often enough for a first verdict.
  const crowded = Math.max(0, waiting.length - free);
  const early = running
    .filter((each) => !release.includes(each) && each.compared >= limits.provenBy)
    .sort((a, b) => a.since - b.since)
    .slice(0, crowded);
  const promote = waiting
    .toSorted((a, b) => b.writes - a.writes || (a.key < b.key ? -1 : 1))
    .slice(0, Math.max(0, free + early.length));
  return { promote: promote.map(({ key }) => key), release: [...release, ...early].map(({ key }) => key) };
}
