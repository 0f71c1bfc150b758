import { autoCompactionFlags } from '../targets/flags.ts';
import { ok, warning, type Check } from './define-check.ts';
import type { SeenMember } from './seen.ts';
import { byMember, howToSet } from './sentences.ts';

export const autoCompaction: Check = {
  category: 'history',
  name: 'auto-compaction',
  needs: ['flags'],
  looksAt: "etcd's own compaction, by its flags: the backstop that goes on under NOSPACE, when kube-apiserver's cannot",
  warnsWhen: 'it is off on a member, or keeps more than a day',
  judge({ members, target }) {
    const why = byMember(members, (member) => settingOf(member) ?? 'unknown');
    if (members.some((member) => settingOf(member) === off))
      return warning(`${why}: nobody compacts when kube-apiserver cannot`, howToSet(target, autoCompactionFlags));
    if (members.some(({ flags }) => flags && hoursKept(flags) > 24))
      return warning(`${why}: more than a day of history is kept`, howToSet(target, autoCompactionFlags));
    return ok(why);
  },
};

export const off = 'off';

function settingOf({ flags }: SeenMember): string | undefined {
  return flags && compactionSetting(flags);
}

/** `off`, or what is kept. */
export function compactionSetting(flags: ReadonlyMap<string, string>): string {
  const retention = flags.get('auto-compaction-retention') ?? '0';
  if (/^0+(\.0+)?(h|m|s|ms)?$/.test(retention)) return off;
  const mode = flags.get('auto-compaction-mode') ?? 'periodic';
  return `${mode}, ${retention}${mode === 'periodic' && /^\d+$/.test(retention) ? ' h' : ''}`;
}

/** A bare number is hours in periodic mode (embed/etcd.go parseCompactionRetention); 0 for a number of revisions. */
export function hoursKept(flags: ReadonlyMap<string, string>): number {
  const retention = flags.get('auto-compaction-retention') ?? '0';
  if (flags.get('auto-compaction-mode') === 'revision') return 0;
  if (/^\d+$/.test(retention)) return Number(retention);
  const units: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600, ms: 1 / 3_600_000 };
  return [...retention.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0),
    0,
  );
}
