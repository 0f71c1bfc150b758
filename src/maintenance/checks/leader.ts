import { failed, ok, type Check } from './define-check.ts';
import { byMember } from './sentences.ts';

export const leader: Check = {
  category: 'members',
  name: 'one leader',
  needs: ['an answer'],
  looksAt: 'whom each member follows, and in which term',
  failsWhen: 'a member has no leader, or they do not agree on one',
  judge({ members, listed }) {
    const led = new Map(members.map(({ name, status }) => [status.memberId, name]));
    const nameOf = (id: string): string =>
      led.get(id) ?? listed?.find((member) => member.id === id)?.name ?? `member ${BigInt(id).toString(16)}`;
    const said = new Set(members.map(({ status }) => `${status.leaderId} ${status.raftTerm}`));
    const [first] = members;
    if (first && said.size === 1 && first.status.leaderId !== '0')
      return ok(`${nameOf(first.status.leaderId)}, in term ${first.status.raftTerm}`);
    const whom = byMember(members, ({ status }) =>
      status.leaderId === '0' ? 'no leader' : `${nameOf(status.leaderId)} in term ${status.raftTerm}`,
    );
    return failed(
      whom,
      'without a leader nothing can be written: bring back the members that do not answer, and look at disk and network latency in their logs; if this was an election, look again',
    );
  },
};
