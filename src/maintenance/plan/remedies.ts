import { bytes, duration } from '../../words/units.ts';
import { memberLimits } from './decide.ts';
import { armedFor, isAnswering, votersOf, type Seen } from './seen.ts';
import type { MaintenanceSettings } from './settings.ts';

/** What is left for a person to do, one sentence each; empty where all is well. */
export function remedies(
  seen: Seen,
  settings: MaintenanceSettings,
  growthPerMinute: number,
  outcome: string,
): string[] {
  const voters = votersOf(seen).filter(isAnswering);
  const over = voters.flatMap((member) => {
    const limits = memberLimits(member, settings, growthPerMinute);
    return limits && member.state.inUseBytes > limits.budgetBytes ? [{ member, limits }] : [];
  });
  const [fullest] = over.toSorted((a, b) => b.member.state.inUseBytes - a.member.state.inUseBytes);
  const isArmed = armedFor(seen, 'NOSPACE').length > 0;
  if (!fullest)
    return outcome === 'failed' || outcome === 'partial' ? ['run it again: it goes on from what it finds'] : [];
  const { inUseBytes, sizeBytes } = fullest.member.state;
  const { quotaBytes } = fullest.limits;
  const left = Math.max(0, quotaBytes - Math.max(inUseBytes, sizeBytes));
  const time = growthPerMinute > 0 ? `, or ${duration((left / growthPerMinute) * 60_000)} at the growth of before` : '';
  return [
    `${bytes(inUseBytes)} are in use of a quota of ${bytes(quotaBytes)}: ${bytes(left)} are left${time}`,
    raiseQuota(suggestedQuota(quotaBytes), settings),
    'or delete what the report names' +
      (isArmed
        ? '; under NOSPACE plain deletes work, but not of pods on nodes, namespaces or objects with finalizers, nor foreground deletion: those write first. Then run this again'
        : '; then run this again'),
    'or keep less history: --keep 1m, or --keep and a number of revisions',
  ];
}

function raiseQuota(quotaBytes: number, { howToSet }: MaintenanceSettings): string {
  const trap = 'a flag, not a key: "etcdctl put quota-backend-bytes" only stores a useless one';
  if (!howToSet)
    return `raise the quota: --quota-backend-bytes=${quotaBytes} on every member (${trap}), restarting one after the other, the next once the last is healthy; check first that the volume is larger`;
  const lines = howToSet.settings([['quota-backend-bytes', String(quotaBytes)]]);
  return `raise the quota (${trap}), once you have checked that the volume is larger; ${lines.replaceAll('\n', ' | ')}; then: ${howToSet.restart}`;
}

/** The next step that etcd's documentation still calls reasonable: 8 GiB is its suggested maximum. */
function suggestedQuota(quotaBytes: number): number {
  const most = 8 * 1024 ** 3;
  return quotaBytes >= most ? quotaBytes + 2 * 1024 ** 3 : Math.min(most, quotaBytes * 2);
}
