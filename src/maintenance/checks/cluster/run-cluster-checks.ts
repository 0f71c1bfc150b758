import type { CheckOutcome } from '../../../model/check.ts';
import { judged } from '../run-checks.ts';
import { clusterChecks } from './catalogue.ts';
import { lacks } from './needs.ts';
import type { ClusterSeen } from './seen.ts';

export function runClusterChecks(seen: ClusterSeen): CheckOutcome[] {
  return clusterChecks.map((check) => judged(check, lacks, seen));
}
