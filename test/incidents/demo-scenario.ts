import type { Millis } from '../../src/model/write.ts';
import { background } from './background.ts';
import { ephemeralJobs, ephemeralJobsCulprits } from './ephemeral-jobs.ts';
import { merge } from './merge.ts';
import type { Culprit, Mutation } from './mutation.ts';
import { vclusterSyncLoop, vclusterSyncLoopCulprits } from './vcluster-sync-loop.ts';

/** Room for about a quarter of an hour of the demo's incidents. */
export const demoQuotaBytes = 64 * 1024 * 1024;

export const demoCulprits: readonly Culprit[] = [...ephemeralJobsCulprits, ...vclusterSyncLoopCulprits];

/** Incidents B and C together, one minute into an ordinary day; without end, so that the quota ends it. */
export function demoMutations(from: Millis, seed: number): Generator<Mutation> {
  const until = Number.POSITIVE_INFINITY;
  const incident = from + 60_000;
  return merge(
    background({ from, until, seed }),
    ephemeralJobs({ from: incident, until, seed: seed + 1 }),
    vclusterSyncLoop({ from: incident, until, seed: seed + 2 }),
  );
}
