import type { Member } from '../../etcd/member.ts';
import { timeOfRevision } from '../time-of-revision.ts';

/**
 * The newest revision at least so many milliseconds older than the head, by the leases that the control plane renews every
 * two seconds, read as they were at one revision after another; undefined where there are none. What is compacted counts
 * as older. Some twenty small reads of this member alone.
 */
export async function revisionBefore(
  member: Pick<Member, 'range'>,
  head: number,
  milliseconds: number,
): Promise<number | undefined> {
  const newest = await timeOfRevision(member, head);
  if (newest === undefined) return undefined;
  let [older, younger] = [0, head];
  while (younger - older > 1) {
    const middle = Math.floor((older + younger) / 2);
    const at = await timeOfRevision(member, middle);
    if (at === undefined || at <= newest - milliseconds) older = middle;
    else younger = middle;
  }
  return older;
}
