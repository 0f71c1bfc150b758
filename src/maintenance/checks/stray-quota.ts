import { bytes } from '../../words/units.ts';
import { quotaFlags } from '../targets/flags.ts';
import { failed, ok, skipped, warning, type Check } from './define-check.ts';
import { howToSet } from './sentences.ts';

export const strayQuota: Check = {
  category: 'space',
  name: 'stray key quota-backend-bytes',
  needs: ['an answer'],
  looksAt:
    'a key of that name, which "etcdctl put quota-backend-bytes" writes in place of setting the flag; no other key is read',
  warnsWhen: 'it is there, though the quota is as large as it says',
  failsWhen: 'it is there, and the quota is not what it says',
  judge({ strayQuota: value, members, target }) {
    if (value === null) return skipped('unknown: this user may not read it');
    if (value === undefined) return ok('not there');
    const quotas = members.flatMap(({ quota: { quotaBytes } }) => quotaBytes ?? []);
    const smallest = quotas.length === 0 ? undefined : Math.min(...quotas);
    const remove = 'etcdctl del quota-backend-bytes';
    if (smallest !== undefined && smallest >= Number(value)) return warning('it is there and changes nothing', remove);
    const real = smallest === undefined ? 'unknown' : bytes(smallest);
    return failed(
      `it says ${JSON.stringify(value.slice(0, 40))} and changes nothing: the quota is a flag, and is ${real}`,
      `${remove}\n\n${howToSet(target, quotaFlags)}`,
    );
  },
};
