import { count, duration } from '../../words/units.ts';
import type { History } from '../ports.ts';
import { isAnswering, type Seen } from './seen.ts';
import type { Keep, MaintenanceSettings } from './settings.ts';

export type CompactionPlan =
  { readonly revision: number; readonly revisions: number; readonly why: string } | { readonly skip: string };

/** Where no revision has a time: as many as incident A's recovery kept, or a tenth of the history where that is less. */
const revisionsWithoutClock = 1_000;
const shareWithoutClock = 0.1;

/** Left by the large compaction to the small ones that follow it (steps/settle.ts). */
const leftToSettle = 3;

/** Where the large compaction ends. */
export function firstOf({ revision }: { readonly revision: number }): number {
  return Math.max(1, revision - leftToSettle);
}

/** The small ones, one revision further each. */
export function lastOf({ revision }: { readonly revision: number }): number[] {
  const first = firstOf({ revision });
  return Array.from({ length: revision - first }, (_, i) => first + i + 1);
}

/**
 * What to keep, most first. The next one is tried only under NOSPACE, where the database stays full with the one before,
 * and only where nobody asked for just that: a storm may have filled it within the five minutes.
 */
export function keepsOf(
  { keep, keepIsDefault }: Pick<MaintenanceSettings, 'keep' | 'keepIsDefault'>,
  isArmed: boolean,
): (Keep | 'least')[] {
  return keepIsDefault && isArmed ? [keep, { milliseconds: 60_000 }, 'least'] : [keep];
}

/** To which revision: the head as it is now, less what is kept of it. */
export function compactionOf(
  seen: Pick<Seen, 'members'>,
  keep: Keep | 'least',
  history: History | undefined,
): CompactionPlan {
  const head = Math.max(...seen.members.filter(isAnswering).map(({ state }) => state.revision));
  const oldest = history?.compactRevision ?? 0;
  const upTo = (revision: number, why: string): CompactionPlan =>
    revision <= Math.max(1, oldest)
      ? { skip: `nothing is older than what is kept: ${why}` }
      : { revision, revisions: revision - oldest, why };
  const least = Math.min(revisionsWithoutClock, Math.ceil((head - oldest) * shareWithoutClock));
  if (keep === 'least')
    return upTo(head - least, `the last ${count(least)} revisions are kept, as it stays full with more`);
  if ('revisions' in keep) return upTo(head - keep.revisions, `the last ${count(keep.revisions)} revisions are kept`);
  const found = history?.revisionBefore(keep.milliseconds);
  if (found !== undefined) return upTo(Math.min(found, head), `the last ${duration(keep.milliseconds)} are kept`);
  const why = history ? 'no stored object tells the time of its revision' : 'without evidence no revision has a time';
  return upTo(head - least, `the last ${count(least)} revisions are kept, because ${why}`);
}
