import { ok, warning, type Check } from './define-check.ts';

export const memberCount: Check = {
  category: 'members',
  name: 'number of members',
  needs: ['the member list'],
  looksAt: 'how many members vote',
  warnsWhen: 'their number is even: one more than an odd number bears no more failures, and makes a quorum dearer',
  judge({ listed = [] }) {
    const voters = listed.filter(({ isLearner }) => !isLearner).length;
    if (voters === 1) return ok('1 voter: its outage is the outage of etcd');
    const bears = Math.ceil(voters / 2) - 1;
    const why = `${voters} voters: ${bears === 0 ? 'none' : bears} of them may fail`;
    return voters % 2 === 1 ? ok(why) : warning(why, `run ${voters + 1} members, or ${voters - 1}`);
  },
};
