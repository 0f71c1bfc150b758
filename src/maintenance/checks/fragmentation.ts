import { bytes, percent } from '../../words/units.ts';
import { ok, warning, type Check } from './define-check.ts';
import { maintain } from './sentences.ts';

/** The alert EtcdHighFragmentation; below 40 % of the quota etcd may as well keep the free pages, which it uses again. */
const warnsFrom = 0.5;
const quotaShare = 0.4;

export const fragmentation: Check = {
  category: 'space',
  name: 'fragmentation',
  needs: ['an answer'],
  looksAt: "which part of each member's file is free pages; before a compaction the retained revisions count as in use",
  warnsWhen: 'it is over 50 % in a file above 40 % of the quota, or of 100 MiB where the quota is unknown',
  judge({ members, target }) {
    const parts = members.map(({ name, status, quota: { quotaBytes } }) => ({
      name,
      ...status,
      free: status.sizeBytes === 0 ? 0 : Math.max(0, 1 - status.inUseBytes / status.sizeBytes),
      counts: status.sizeBytes > (quotaBytes === null ? 100 * 1024 ** 2 : quotaShare * quotaBytes),
    }));
    const bad = parts.filter(({ free, counts }) => counts && free > warnsFrom).toSorted((a, b) => b.free - a.free);
    const worst = bad[0] ?? parts.toSorted((a, b) => b.free - a.free)[0]!;
    const why = `${percent(worst.free)} of ${bytes(worst.sizeBytes)} at ${worst.name}`;
    if (bad.length === 0) return ok(worst.free > warnsFrom ? `${why}, a small file` : why);
    return warning(`${why}${bad.length > 1 ? `, and high on ${bad.length} members` : ''}`, maintain(target));
  },
};
