import { analyzerAnswers, coverage, requestsArrive, speaks, watches } from './analyzer.ts';
import { apiServerCompaction, compactionFlag, quotaSetting } from './etcd-settings.ts';
import { pods, serverVersion } from './installed.ts';
import type { ClusterCheck } from './needs.ts';
import { rights } from './rights.ts';
import { answering, reachable, registered, trusted, warnings } from './webhook.ts';

/** In the order in which they are printed: those of a category stand together. */
export const clusterChecks: readonly ClusterCheck[] = [
  serverVersion,
  rights,
  pods,
  registered,
  reachable,
  trusted,
  answering,
  warnings,
  analyzerAnswers,
  watches,
  coverage,
  requestsArrive,
  speaks,
  quotaSetting,
  compactionFlag,
  apiServerCompaction,
];
