import { listed } from '../words/listed.ts';
import { bytes } from '../words/units.ts';
import { memberLimits } from './plan/decide.ts';
import { isAnswering, nameOf, votersOf, type Seen } from './plan/seen.ts';
import type { Ports } from './ports.ts';
import type { Progress } from './progress.ts';

/** In use above the line: no file can get below it. */
export function whyFull(seen: Seen, { settings }: Ports, { growthPerMinute }: Progress): string | undefined {
  const over = votersOf(seen)
    .filter(isAnswering)
    .filter(
      (member) => member.state.inUseBytes >= (memberLimits(member, settings, growthPerMinute)?.safeBytes ?? Infinity),
    );
  if (over.length === 0) return undefined;
  const each = over.map(
    (member) =>
      `${nameOf(member)} has ${bytes(member.state.inUseBytes)} in use of ${bytes(memberLimits(member, settings)?.quotaBytes ?? 0)}`,
  );
  return `${listed(each)}: a defragmentation cannot bring it below the quota, and a disarmed alarm would come back`;
}
