import { leaderOf } from './health.ts';
import { armedFor, isAnswering, nameOf, votersOf, type AnsweringMember, type Seen } from './seen.ts';

/** The voters in the order of their turns: alarmed and fullest followers first, the leader of this moment last. */
export function turnsOf(seen: Seen): AnsweringMember[] {
  const armed = new Set(armedFor(seen, 'NOSPACE'));
  const leader = leaderOf(seen)?.id;
  const rank = ({ id }: AnsweringMember): number => (id === leader ? 2 : armed.has(id) ? 0 : 1);
  return votersOf(seen)
    .filter(isAnswering)
    .toSorted((a, b) => rank(a) - rank(b) || b.state.sizeBytes - a.state.sizeBytes || compare(nameOf(a), nameOf(b)));
}

/** Of those still waiting, in the planned order, the first that does not lead at this moment; else whoever leads. */
export function nextTurn(seen: Seen, waiting: readonly string[]): AnsweringMember | undefined {
  const leader = leaderOf(seen)?.id;
  const id = waiting.find((each) => each !== leader) ?? waiting[0];
  return seen.members.filter(isAnswering).find((member) => member.id === id);
}

/** Whose snapshot is the evidence: a follower's, since the leader's disk decides how fast anybody writes. */
export function evidenceSource(seen: Seen): AnsweringMember | undefined {
  const [first] = turnsOf(seen);
  return first;
}

/** Who may take the leadership over: voters that have had their turn, the one that has applied most first. Never a learner. */
export function transfereesOf(seen: Seen, waiting: ReadonlySet<string>): AnsweringMember[] {
  const leader = leaderOf(seen)?.id;
  return votersOf(seen)
    .filter(isAnswering)
    .filter(({ id }) => id !== leader && !waiting.has(id))
    .toSorted((a, b) => b.state.raftAppliedIndex - a.state.raftAppliedIndex || compare(nameOf(a), nameOf(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
