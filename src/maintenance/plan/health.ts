import { listed } from '../../words/listed.ts';
import { hazardsOf } from './versions.ts';
import { armedFor, graveAlarms, isAnswering, nameOf, votersOf, type AnsweringMember, type Seen } from './seen.ts';

/** Entries by which a member may be behind and still be called up to date. */
const lagAllowed = 1_000;

/** Why nothing may be changed in this cluster as it is, gravest first; empty where it is sound. */
export function whyUnsound(seen: Seen): string[] {
  const corrupt = armedFor(seen, 'CORRUPT');
  if (corrupt.length > 0)
    return [
      `CORRUPT is armed for ${listed(corrupt.map((id) => nameById(seen, id)))}: its data differs from the others'. ` +
        'Nothing more is touched: find the damaged member (etcdctl endpoint hashkv), remove it and add it again empty, or restore a backup',
    ];
  if (seen.strangers.length > 0) return [...seen.strangers];
  const voters = votersOf(seen);
  const answering = voters.filter(isAnswering);
  return [
    ...seen.members
      .filter(({ clientUrls, state }) => clientUrls.length === 0 && !state)
      .map((member) => `member ${nameOf(member)} has never started (no client URLs): start it, or remove it`),
    ...voters
      .filter((member) => !isAnswering(member) && member.clientUrls.length > 0 && !member.defragmenting)
      .map((member) => `member ${nameOf(member)} does not answer: ${member.silence ?? 'unknown why'}`),
    ...graveAlarms(seen).map(
      ({ alarm, memberId }) => `${nameById(seen, memberId)} has an alarm we do not know: ${alarm}`,
    ),
    ...differing(seen.members.filter(isAnswering)),
    ...answering.flatMap((member) => whyBehind(member, answering)),
    ...whyCatchingUp(seen.members.filter(isAnswering)),
  ];
}

export function nameById({ members }: Pick<Seen, 'members'>, id: string): string {
  const member = members.find((each) => each.id === id);
  return member ? nameOf(member) : `member ${id}, which is no longer in the list`;
}

/** `NOSPACE of member-1`, each once. */
export function alarmNames({ members, alarms }: Pick<Seen, 'members' | 'alarms'>): string[] {
  return [...new Set(alarms.map(({ alarm, memberId }) => `${alarm} of ${nameById({ members }, memberId)}`))];
}

/** The voter that a majority of them, in fact all, call their leader. */
export function leaderOf(seen: Pick<Seen, 'members'>): AnsweringMember | undefined {
  const voters = votersOf(seen).filter(isAnswering);
  return voters.find(({ id }) => voters.every(({ state }) => state.leaderId === id));
}

function differing(members: readonly AnsweringMember[]): string[] {
  const voters = members.filter(({ isLearner }) => !isLearner);
  if (voters.length === 0) return [];
  const values = (of: (member: AnsweringMember) => unknown): number => new Set(voters.map(of)).size;
  const leader = voters[0]?.state.leaderId;
  return [
    ...(values(({ state }) => state.clusterId) > 1 ? ['the members state different cluster ids'] : []),
    ...(leader === '0' ? ['there is no leader: the cluster lost its quorum, or is electing one just now'] : []),
    ...(leader !== '0' && values(({ state }) => state.leaderId) > 1
      ? ['the members name different leaders: an election is going on, try again']
      : []),
    ...(values(({ state }) => state.raftTerm) > 1 ? ['the members are in different raft terms, try again'] : []),
    ...voters.flatMap((member) => member.state.errors.map((error) => `member ${nameOf(member)} says: ${error}`)),
  ];
}

function whyBehind(member: AnsweringMember, voters: readonly AnsweringMember[]): string[] {
  const { state } = member;
  if (state.unreadable !== undefined)
    return [`a linearizable read through member ${nameOf(member)} failed: ${state.unreadable}`];
  const newest = Math.max(...voters.map((each) => each.state.raftIndex));
  const behind = newest - state.raftAppliedIndex;
  return behind > lagAllowed
    ? [`member ${nameOf(member)} is ${behind} raft entries behind: let it catch up first`]
    : [];
}

/** Under some versions a snapshot that a learner is sent corrupts it where a defragmentation meets it. */
function whyCatchingUp(members: readonly AnsweringMember[]): string[] {
  if (!members.some(({ state }) => hazardsOf(state.version).some(({ kind }) => kind === 'catching-up'))) return [];
  const newest = Math.max(...members.map(({ state }) => state.raftIndex));
  return members
    .filter(({ isLearner, state }) => isLearner && newest - state.raftAppliedIndex > lagAllowed)
    .map((member) => `learner ${nameOf(member)} is catching up: wait until it has`);
}
