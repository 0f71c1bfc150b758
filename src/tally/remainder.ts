import type { Counts, RetainedCounts } from '../model/counts.ts';

/**
 * What of a key's counts is the one change that compaction left of older times, where it was written since as well: told
 * from the counts, because a column for it would cost every key. Its size is taken for that of the key's other values.
 */
export function remainderOf({ writes, creates, deletes, bytes }: Counts, isLive: boolean): Counts {
  // The key was alive when it was compacted, so whatever made it since followed a deletion.
  const madeSince = isLive ? deletes : deletes - 1;
  return {
    writes: 1,
    creates: Math.min(1, Math.max(0, creates - madeSince)),
    deletes: 0,
    bytes: Math.round(bytes / Math.max(1, writes - deletes)),
  };
}

/** The same without what compaction left of older times. */
export function withoutRemainder<T extends RetainedCounts>(counts: T): T {
  const { writes, creates, deletes, bytes, remainder } = counts;
  if (!remainder) return counts;
  return {
    ...counts,
    writes: writes - remainder.writes,
    creates: creates - remainder.creates,
    deletes: deletes - remainder.deletes,
    bytes: bytes - remainder.bytes,
    remainder: undefined,
  };
}
