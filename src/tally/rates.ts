import type { Millis } from '../model/write.ts';

/** How fast something was written where it was busiest without a pause. */
export interface Rate {
  readonly perMinute: number;
  /** Length of that stretch. A burst is short however fast it is. */
  readonly sustainedMinutes: number;
  readonly writes: number;
}

/** Quiet for longer than this, and what follows is another stretch. */
const pauseMillis = 2 * 60_000;
const minute = 60_000;

/** The stretch of most writes in rising times; undefined for none. A stretch counts as one minute at least. */
export function rateOf(times: readonly Millis[]): Rate | undefined {
  let best: Rate | undefined;
  let start = 0;
  for (let i = 1; i <= times.length; i++) {
    const previous = times[i - 1] ?? 0;
    const current = times[i];
    if (current !== undefined && current - previous <= pauseMillis) continue;
    const writes = i - start;
    if (!best || writes > best.writes) best = steady(writes, times[start] ?? 0, previous);
    start = i;
  }
  return best;
}

/** Writes spread evenly between two moments. */
export function steady(writes: number, from: Millis, to: Millis): Rate {
  const minutes = Math.max(0, to - from) / minute;
  return { perMinute: writes / Math.max(1, minutes), sustainedMinutes: minutes, writes };
}
