import { duration } from '../../words/units.ts';
import type { Evidence } from '../ports.ts';
import { isAnswering, type Seen } from './seen.ts';
import type { Keep } from './settings.ts';

export type CompactionPlan =
  | { readonly revision: number; readonly revisions: number; readonly why: string }
  | { readonly skip: string };

/** Kept where no time can be had: as many as kept watchers alive in the incidents we know. */
const revisionsWithoutClock = 1_000;

/** To which revision: the head as it is now, less what is kept of it. */
export function compactionOf(
  seen: Pick<Seen, 'members'>,
  keep: Keep,
  evidence: Pick<Evidence, 'revisionBefore'> | undefined,
): CompactionPlan {
  const head = Math.max(...seen.members.filter(isAnswering).map(({ state }) => state.revision));
  if ('revisions' in keep) return upTo(head - keep.revisions, `the last ${keep.revisions} revisions are kept`);
  const found = evidence?.revisionBefore(keep.milliseconds);
  if (found !== undefined) return upTo(Math.min(found, head), `the last ${duration(keep.milliseconds)} are kept`);
  const why = evidence
    ? 'no stored object tells the time of its revision'
    : 'without evidence no revision has a time';
  return upTo(head - revisionsWithoutClock, `the last ${revisionsWithoutClock} revisions are kept, because ${why}`);
}

function upTo(revision: number, why: string): CompactionPlan {
  if (revision <= 1) return { skip: `nothing is older than what is kept: ${why}` };
  return { revision, revisions: revision, why };
}
