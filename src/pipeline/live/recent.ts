import type { Millis } from '../../model/write.ts';

export interface RecentRate {
  readonly key: string;
  readonly perMinute: number;
}

/** How often keys are written right now: over the last half to one minute. */
export interface Recent {
  add(key: string, now: Millis): void;
  /** Most often first. */
  rates(now: Millis): RecentRate[];
}

const halfMs = 30_000;
const mostKeys = 50_000;

export function createRecent(began: Millis): Recent {
  let older = new Map<string, number>();
  let current = new Map<string, number>();
  let olderSince = began;
  let since = began;
  const turn = (now: Millis): void => {
    if (now - since < halfMs) return;
    older = now - since < 2 * halfMs ? current : new Map<string, number>();
    olderSince = now - since < 2 * halfMs ? since : now;
    current = new Map();
    since = now;
  };
  return {
    add(key, now) {
      turn(now);
      const count = current.get(key);
      if (count !== undefined || current.size < mostKeys) current.set(key, (count ?? 0) + 1);
    },
    rates(now) {
      turn(now);
      const minutes = Math.max(0.25, (now - olderSince) / 60_000);
      const sums = new Map(older);
      for (const [key, count] of current) sums.set(key, (sums.get(key) ?? 0) + count);
      return [...sums]
        .map(([key, count]) => ({ key, perMinute: count / minutes }))
        .sort((a, b) => b.perMinute - a.perMinute || (a.key < b.key ? -1 : 1));
    },
  };
}
