import type { MemberStatus } from './status.ts';

/** Behind the others by more than this, a member shows an old state. */
const lagAllowed = 5_000;

/**
 * The member to read from: one that is up to date, a follower where there is one, since the leader's disk and CPU decide
 * how fast anybody writes; a learner only where nobody else answers. Stable: the first of equals.
 */
export function chooseMember<T extends { readonly status: MemberStatus }>(members: readonly T[]): T | undefined {
  const newest = Math.max(...members.map(({ status }) => status.raftAppliedIndex));
  return members.toSorted((a, b) => rank(a.status, newest) - rank(b.status, newest))[0];
}

function rank(status: MemberStatus, newest: number): number {
  const lags = newest - status.raftAppliedIndex > lagAllowed;
  return (status.isLearner ? 4 : 0) + (lags ? 2 : 0) + (isLeader(status) ? 1 : 0);
}

function isLeader({ memberId, leaderId }: MemberStatus): boolean {
  return memberId === leaderId;
}
