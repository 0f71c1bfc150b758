import type { CheckOutcome } from '../../model/check.ts';
import { checks } from './catalogue.ts';
import type { Check, Verdict } from './define-check.ts';
import { skipped } from './define-check.ts';
import { lacks } from './needs.ts';
import { oneCluster } from './one-cluster.ts';
import type { Seen } from './seen.ts';

/** Every check, in the order of the catalogue; one whose needs are not met is skipped and says so. */
export function runChecks(seen: Seen): CheckOutcome[] {
  return checks.map((check) => ({ category: check.category, name: check.name, ...verdictOf(check, seen) }));
}

function verdictOf(check: Check, seen: Seen): Verdict {
  if (check.needs.length > 0 && check !== oneCluster && isMixed(seen))
    return skipped('unknown: the endpoints belong to different etcds');
  const [missing] = check.needs.flatMap((need) => lacks[need](seen) ?? []);
  return missing === undefined ? check.judge(seen) : skipped(missing);
}

/** Figures of different etcds cannot be compared. */
function isMixed({ members }: Seen): boolean {
  return new Set(members.map(({ status }) => status.clusterId)).size > 1;
}
