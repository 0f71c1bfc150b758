import { bytes } from '../../words/units.ts';
import { advisedQuotaBytes, quotaFlags } from '../targets/flags.ts';
import { ok, warning, type Check } from './define-check.ts';
import { byMember, howToSet } from './sentences.ts';

/** server/storage/quota.go DefaultQuotaBytes */
export const defaultQuotaBytes = 2 * 1024 ** 3;

export const quota: Check = {
  category: 'space',
  name: 'quota',
  needs: ['the quota'],
  looksAt: 'the size at which etcd stops to take writes, as its status (3.6) or its metrics state it; never assumed',
  warnsWhen:
    "it is etcd's default of 2 GiB, members differ, or it is above the 8 GiB that etcd's maintainers suggest at most",
  judge({ members, target }) {
    const why = byMember(members, ({ quota: { quotaBytes } }) => (quotaBytes === null ? 'unknown' : bytes(quotaBytes)));
    const known = [...new Set(members.flatMap(({ quota: { quotaBytes } }) => quotaBytes ?? []))];
    const hint = howToSet(target, quotaFlags);
    if (known.length > 1) return warning(`${why}: the smallest counts`, hint);
    if (known[0] === defaultQuotaBytes) return warning(`${why}, etcd's default: a busy cluster outgrows it`, hint);
    if ((known[0] ?? 0) > advisedQuotaBytes)
      return warning(`${why}, more than the 8 GiB that etcd's maintainers suggest at most`, hint);
    return ok(why);
  },
};
