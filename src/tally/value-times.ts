import type { ClockAnchor } from '../model/analysis.ts';
import type { Millis, Revision } from '../model/write.ts';
import { grown } from './column.ts';

/** What values that a shard met state of their own time. Can be moved to another thread. */
export interface ValueTimes {
  count: number;
  revision: Float64Array<ArrayBuffer>;
  at: Float64Array<ArrayBuffer>;
}

export function emptyValueTimes(room = 1 << 10): ValueTimes {
  return { count: 0, revision: new Float64Array(room), at: new Float64Array(room) };
}

export function addValueTime(times: ValueTimes, revision: Revision, at: Millis): void {
  if (times.count === times.at.length) {
    times.revision = grown(times.revision, times.count * 2);
    times.at = grown(times.at, times.count * 2);
  }
  times.revision[times.count] = revision;
  times.at[times.count] = at;
  times.count++;
}

export function anchorsOf({ count, revision, at }: ValueTimes): ClockAnchor[] {
  return Array.from({ length: count }, (_, i) => ({ revision: revision[i]!, at: at[i]! }));
}
