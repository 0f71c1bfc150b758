import type { Verification } from './steps/verify.ts';

/** What the steps add up to, as they go. */
export interface Progress {
  readonly turns: Map<string, { seconds: number; blockedMs: number }>;
  /** Why no further member may be touched. */
  halted?: { readonly outcome: 'failed' | 'refused'; readonly why: string };
  defragmented: number;
  growthPerMinute: number;
  verification: Verification | null;
}
