import { bytes, percent } from '../../words/units.ts';
import { limitsOf, type Limits } from './limits.ts';
import { armedFor, isAnswering, nameOf, votersOf, type AnsweringMember, type Seen } from './seen.ts';
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
  const { sizeBytes } = member.state;
  const free = freeBytes(member);
  if (isOverBudget(member, limits))
    return [
      `${nameOf(member)}'s file of ${bytes(sizeBytes)} is above the budget of ${bytes(Math.floor(limits.budgetBytes))}`,
    ];
  const isFragmented =
    sizeBytes > limits.worthwhileBytes && free > sizeBytes * maxFragmentation && free >= limits.leastGainBytes;
  return isFragmented ? [`${percent(free / sizeBytes)} of ${nameOf(member)}'s ${bytes(sizeBytes)} are free pages`] : [];
}

/** A file above the budget, but for one that is left as it is. */
export function isOverBudget(member: AnsweringMember, limits: Limits): boolean {
  return member.state.sizeBytes > limits.budgetBytes && !isLeftLarge(member, limits);
}

/**
 * What is in use is within the budget, and too little can be won: etcd uses the free pages before its file grows, so that
 * what is in use is over the budget before any harm is done. To act on it would cost a snapshot at every look.
 */
function isLeftLarge(member: AnsweringMember, limits: Limits): boolean {
  const { sizeBytes, inUseBytes } = member.state;
  const { budgetBytes, leastGainBytes } = limits;
  return sizeBytes > budgetBytes && inUseBytes <= budgetBytes && freeBytes(member) < leastGainBytes;
}

/** Why the largest file that is left above the budget is; undefined where there is none. */
export function whyLeftLarge(seen: Seen, settings: MaintenanceSettings): string | undefined {
  const large = votersOf(seen)
    .filter(isAnswering)
    .flatMap((member) => {
      const limits = memberLimits(member, settings);
      return limits && isLeftLarge(member, limits) ? [{ member, limits }] : [];
    });
  const [largest] = large.toSorted((a, b) => b.member.state.sizeBytes - a.member.state.sizeBytes);
  if (!largest) return undefined;
  const { member, limits } = largest;
  const { sizeBytes, inUseBytes } = member.state;
  return (
    `${nameOf(member)}'s file of ${bytes(sizeBytes)} stays above the budget of ${bytes(Math.floor(limits.budgetBytes))}, ` +
    `with ${bytes(inUseBytes)} in use: a defragmentation would free ${bytes(freeBytes(member))}, ` +
    'less than 10 % of the quota, and etcd uses its free pages before the file grows'
  );
}

function freeBytes({ state: { sizeBytes, inUseBytes } }: AnsweringMember): number {
  return Math.max(0, sizeBytes - inUseBytes);
}

/** Whether this member is worth its stall, and in which words. Judged after the compaction: before it history counts as in use. */
export function worthDefragmenting(
  member: AnsweringMember,
  limits: Limits,
  isArmed: boolean,
): { readonly worth: boolean; readonly why: string } {
  const { sizeBytes, inUseBytes } = member.state;
  const gain = freeBytes(member);
  if (gain >= limits.leastGainBytes) return { worth: true, why: `it frees ${bytes(gain)}` };
  if (isArmed && sizeBytes >= limits.safeBytes && inUseBytes < limits.safeBytes)
    return { worth: true, why: `it frees ${bytes(gain)}, which clears the alarm` };
  return {
    worth: false,
    why: `it would free ${bytes(gain)}, less than 10 % of the quota: etcd uses its free pages again`,
  };
}
