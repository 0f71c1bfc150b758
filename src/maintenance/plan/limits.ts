import type { Budget } from './settings.ts';

/** Bytes that decide, of one quota. */
export interface Limits {
  readonly quotaBytes: number;
  /** A file above it triggers. */
  readonly budgetBytes: number;
  /** Below it an alarm can be disarmed without coming back at once. */
  readonly safeBytes: number;
  /** A defragmentation that frees less is not worth its stall. */
  readonly leastGainBytes: number;
  /** Fragmentation of a smaller file triggers nothing: etcd uses its free pages again. */
  readonly worthwhileBytes: number;
}

const headroomShare = 0.05;
const headroomMinutes = 10;
/** Growth is measured gross, while nothing was compacted: it must not lock a recovery out for good. */
const headroomAtMost = 0.25;

export function limitsOf(quotaBytes: number, budget: Budget, growthPerMinute = 0): Limits {
  const grown = Math.min(growthPerMinute * headroomMinutes, quotaBytes * headroomAtMost);
  const headroom = Math.max(quotaBytes * headroomShare, grown);
  return {
    quotaBytes,
    budgetBytes: 'bytes' in budget ? budget.bytes : quotaBytes * budget.share,
    safeBytes: Math.max(0, quotaBytes - headroom),
    leastGainBytes: quotaBytes * 0.1,
    worthwhileBytes: quotaBytes * 0.4,
  };
}
