import type { CheckOutcome } from '../../model/check.ts';
import type { Seen } from './seen.ts';

export type Category =
  'members' | 'space' | 'history' | 'certificates' | 'backup' | 'webhook' | 'analyzer' | 'cluster' | 'etcd settings';

/** What must have been seen before a check can say anything. */
export type Need = 'an answer' | 'the member list' | 'the quota' | 'flags' | 'two looks' | 'TLS';

export type Verdict = Omit<CheckOutcome, 'category' | 'name'>;

/** One thing that can be wrong with an etcd, or with another world. Data: run-checks.ts asks it, docs/check.md is made from it. */
export interface Check<World = Seen, Needed extends string = Need> {
  readonly category: Category;
  /** Stable: scripts find it by this. */
  readonly name: string;
  readonly needs: readonly Needed[];
  /** For the documentation: what is looked at, and when it is warned of or fails. */
  readonly looksAt: string;
  readonly warnsWhen?: string;
  readonly failsWhen?: string;
  judge(seen: World): Verdict;
}

export const ok = (why: string): Verdict => ({ result: 'ok', why, hint: '' });
export const warning = (why: string, hint: string): Verdict => ({ result: 'warning', why, hint });
export const failed = (why: string, hint: string): Verdict => ({ result: 'failed', why, hint });
/** Nothing can be said; the hint, if any, tells how it could be. */
export const skipped = (why: string, hint = ''): Verdict => ({ result: 'skipped', why, hint });
