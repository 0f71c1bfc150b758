import type { CheckOutcome } from '../../model/check.ts';
import { checks } from './catalogue.ts';
import type { Check, Verdict } from './define-check.ts';
import { skipped } from './define-check.ts';
import { lacks } from './needs.ts';
import { oneCluster } from './one-cluster.ts';
import type { Seen } from './seen.ts';

/** Every check, in the order of the catalogue; one whose needs are not met is skipped and says so. */
export function runChecks(seen: Seen): CheckOutcome[] {
  return checks.map((check) =>
    check.needs.length > 0 && check !== oneCluster && isMixed(seen)
      ? outcome(check, skipped('unknown: the endpoints belong to different etcds'))
      : judged(check, lacks, seen),
  );
}

/** What one check says of a world; skipped where the world lacks what it needs. */
export function judged<World, Needed extends string>(
  check: Check<World, Needed>,
  lacking: Readonly<Record<Needed, (seen: World) => string | undefined>>,
  seen: World,
): CheckOutcome {
  const [missing] = check.needs.flatMap((need) => lacking[need](seen) ?? []);
  return outcome(check, missing === undefined ? check.judge(seen) : skipped(missing));
}

function outcome(
  { category, name }: { readonly category: string; readonly name: string },
  verdict: Verdict,
): CheckOutcome {
  return { category, name, ...verdict };
}

/** Figures of different etcds cannot be compared. */
function isMixed({ members }: Seen): boolean {
  return new Set(members.map(({ status }) => status.clusterId)).size > 1;
}
