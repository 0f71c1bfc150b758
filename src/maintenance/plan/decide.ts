import { bytes, percent } from '../../words/units.ts';
import { limitsOf, type Limits } from './limits.ts';
import { armedFor, isAnswering, nameOf, type AnsweringMember, type Seen } from './seen.ts';
import { nameById } from './health.ts';
import type { MaintenanceSettings } from './settings.ts';

/** Of a member that states no quota, the one that was set by hand; undefined where there is none. */
export function memberLimits(
  { state }: AnsweringMember,
  { quotaBytes, budget }: Pick<MaintenanceSettings, 'quotaBytes' | 'budget'>,
  growthPerMinute = 0,
): Limits | undefined {
  const quota = state.quotaBytes ?? quotaBytes;
  return quota === undefined ? undefined : limitsOf(quota, budget, growthPerMinute);
}

/** What calls for maintenance, one clause each; empty within budget. */
export function triggersOf(seen: Seen, settings: MaintenanceSettings): string[] {
  const armed = armedFor(seen, 'NOSPACE').map((id) => `NOSPACE is armed for ${nameById(seen, id)}`);
  return [
    ...armed,
    ...seen.members.filter(isAnswering).flatMap((member) => {
      const limits = memberLimits(member, settings);
      return member.isLearner || !limits ? [] : overLimits(member, limits, settings);
    }),
  ];
}

function overLimits(member: AnsweringMember, limits: Limits, { maxFragmentation }: MaintenanceSettings): string[] {
  const { sizeBytes, inUseBytes } = member.state;
  const free = Math.max(0, sizeBytes - inUseBytes);
  if (sizeBytes > limits.budgetBytes)
    return [
      `${nameOf(member)}'s file of ${bytes(sizeBytes)} is above the budget of ${bytes(Math.floor(limits.budgetBytes))}`,
    ];
  const isFragmented =
    sizeBytes > limits.worthwhileBytes && free > sizeBytes * maxFragmentation && free >= limits.leastGainBytes;
  return isFragmented ? [`${percent(free / sizeBytes)} of ${nameOf(member)}'s ${bytes(sizeBytes)} are free pages`] : [];
}

/** Whether this member is worth its stall, and in which words. Judged after the compaction: before it history counts as in use. */
export function worthDefragmenting(
  { state: { sizeBytes, inUseBytes } }: AnsweringMember,
  limits: Limits,
  isArmed: boolean,
): { readonly worth: boolean; readonly why: string } {
  const gain = Math.max(0, sizeBytes - inUseBytes);
  if (gain >= limits.leastGainBytes) return { worth: true, why: `it frees ${bytes(gain)}` };
  if (isArmed && sizeBytes >= limits.safeBytes && inUseBytes < limits.safeBytes)
    return { worth: true, why: `it frees ${bytes(gain)}, which clears the alarm` };
  return {
    worth: false,
    why: `it would free ${bytes(gain)}, less than 10 % of the quota: etcd uses its free pages again`,
  };
}
