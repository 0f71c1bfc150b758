import type { Check } from './define-check.ts';
import { failed, ok } from './define-check.ts';
import { namesOf } from './sentences.ts';

export const answers: Check = {
  category: 'members',
  name: 'members answer',
  needs: [],
  looksAt: 'every given endpoint, and every other member that the cluster lists, is asked for its status',
  failsWhen: 'one of them does not answer, or has never started',
  judge({ members, silent, listed }) {
    const found = members.filter((member) => member.found);
    const also = found.length === 0 ? '' : `; not given, found in the list of members: ${namesOf(found)}`;
    const unstarted = (listed ?? []).filter(({ clientUrls }) => clientUrls.length === 0);
    if (silent.length === 0 && unstarted.length === 0)
      return ok(`${members.length === 1 ? 'the one member answers' : `all ${members.length} answer`}${also}`);
    const whys = [
      ...silent.map(({ name, why }) => (why.includes(name) ? why : `${name}: ${why}`)),
      ...unstarted.map(({ id }) => `member ${BigInt(id).toString(16)} has never started`),
    ];
    return failed(
      `${whys.join('; ')}${also}`,
      silent.length === 0
        ? 'start that member, or remove it with "etcdctl member remove"'
        : 'look at that member and its log first: nothing below was seen of it, and a maintenance would stop for it',
    );
  },
};
