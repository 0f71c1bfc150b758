import type { Millis } from '../../model/write.ts';
import { quotaReachedAt, type SizeAt } from './forecast.ts';

/** A CronJob, as far as it matters whether a run of it may begin. */
export interface CronJobState {
  readonly suspended: boolean;
  /** Jobs that run. */
  readonly active: number;
  /** When its last run was due or ended well, whichever is later. */
  readonly lastRunAt: Millis | undefined;
}

export interface Wish {
  readonly cronJob: CronJobState;
  /** When we started one last. */
  readonly startedAt: Millis | undefined;
  /** As long as nothing is started after a run. */
  readonly intervalMs: Millis;
  readonly now: Millis;
}

/** Whether the forecast has crossed the budget. Not before: a run would find nothing to do, and the next would have to wait. */
export function isOverBudget(sizes: readonly SizeAt[], budgetBytes: number, now: Millis): boolean {
  const at = quotaReachedAt(sizes, budgetBytes);
  return at !== undefined && at <= now;
}

/** Why no run may begin; undefined where one may. */
export function whyNotStart({ cronJob, startedAt, intervalMs, now }: Wish): string | undefined {
  const { suspended, active, lastRunAt } = cronJob;
  if (suspended) return 'the CronJob is suspended';
  if (active > 0) return 'a run is under way';
  const last = Math.max(lastRunAt ?? -Infinity, startedAt ?? -Infinity);
  return now - last < intervalMs ? 'the last run was a short while ago' : undefined;
}
