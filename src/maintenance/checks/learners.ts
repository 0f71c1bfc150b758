import { ok, warning, type Check } from './define-check.ts';
import { namesOf } from './sentences.ts';

export const learners: Check = {
  category: 'members',
  name: 'learners',
  needs: ['the member list'],
  looksAt: 'members that do not vote',
  warnsWhen: 'there are any: a learner cannot be defragmented, and re-arms NOSPACE once it is over the quota',
  judge({ listed = [] }) {
    const those = listed.filter(({ isLearner }) => isLearner);
    if (those.length === 0) return ok('none');
    const ids = those.map(({ id }) => BigInt(id).toString(16));
    return warning(
      `${namesOf(those.map(({ name, id }) => ({ name: name === '' ? BigInt(id).toString(16) : name })))} does not vote and cannot be defragmented`,
      ids.map((id) => `etcdctl member promote ${id} (or: etcdctl member remove ${id})`).join('\n'),
    );
  },
};
