import { problem, type ErrorCatalogue, type Problem } from '../errors/problem.ts';

/** What etcd answers to calls that change something, told apart by its words (api/v3rpc/rpctypes/error.go). */
export const refusals = {
  noSpace: problem(
    'ETCD_NOSPACE',
    (at: string) => `${at} refuses to write: its database is full, and the NOSPACE alarm is armed`,
  ),
  corrupt: problem(
    'ETCD_CORRUPT',
    (at: string) => `${at} says that its members disagree about the data: restore the damaged one first`,
  ),
  busy: problem('ETCD_BUSY', (at: string) => `${at} has too many requests in flight: try again later`),
  futureRevision: problem(
    'ETCD_FUTURE_REVISION',
    (at: string) => `${at} has not reached that revision: it is of another cluster, or its data is not the others'`,
  ),
  learner: problem('ETCD_LEARNER', (at: string) => `${at} is a learner, which serves no such call: promote it first`),
  notLeader: problem('ETCD_NOT_LEADER', (at: string) => `${at} does not lead any more: look for the leader again`),
  badTransferee: problem(
    'ETCD_BAD_TRANSFEREE',
    (at: string) => `${at} cannot hand the leadership to that member: choose another`,
  ),
  diskFull: problem(
    'ETCD_DISK_FULL',
    (at: string) => `the disk of ${at} is full: a defragmentation needs as much room as the database has in use`,
  ),
  timedOut: problem(
    'ETCD_TIMED_OUT',
    (at: string, what: string) => `${at} could not finish ${what} in time: its cluster is overloaded or without quorum`,
  ),
} satisfies ErrorCatalogue;

const words: readonly (readonly [RegExp, keyof typeof refusals])[] = [
  [/corrupt cluster/, 'corrupt'],
  [/database space exceeded/, 'noSpace'],
  [/too many requests/, 'busy'],
  [/future revision/, 'futureRevision'],
  [/rpc not supported for learner/, 'learner'],
  [/bad leader transferee/, 'badTransferee'],
  [/etcdserver: not leader/, 'notLeader'],
  [/no space left on device/, 'diskFull'],
  [/request timed out/, 'timedOut'],
];

/** undefined where the words are none of these. */
export function refusalIn(details: string, at: string, what: string): Problem | undefined {
  const found = words.find(([pattern]) => pattern.test(details));
  return found && refusals[found[1]](at, what);
}
