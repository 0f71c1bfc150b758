import type { KeyId, Millis, Revision } from '../model/write.ts';
import { grown } from './column.ts';

/**
 * What the first values of keys that a shard met state of their own time; index is the order they were met in. Another
 * shard may have met an earlier value of a key. Can be moved to another thread.
 */
export interface ValueTimes {
  count: number;
  key: Uint32Array<ArrayBuffer>;
  revision: Float64Array<ArrayBuffer>;
  at: Float64Array<ArrayBuffer>;
}

/** Times are kept of the revisions that this divides: a sample that does not depend on who scans what. */
export const timeEvery = 16;

export function emptyValueTimes(room = 1 << 10): ValueTimes {
  return { count: 0, key: new Uint32Array(room), revision: new Float64Array(room), at: new Float64Array(room) };
}

export function addValueTime(times: ValueTimes, key: KeyId, revision: Revision, at: Millis): void {
  if (times.count === times.key.length) {
    const room = times.count * 2;
    times.key = grown(times.key, room);
    times.revision = grown(times.revision, room);
    times.at = grown(times.at, room);
  }
  times.key[times.count] = key;
  times.revision[times.count] = revision;
  times.at[times.count] = at;
  times.count++;
}
