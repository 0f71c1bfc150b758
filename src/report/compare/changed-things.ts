import type { ChurnReport } from '../schema.ts';
import { resourceName } from '../../model/resource.ts';
import { objectName, subjectName } from '../text/names.ts';
import { counted, perMinute, percent, toTheMinute } from '../../words/units.ts';
import type { Amount, Change } from './changes.ts';

type Comparison = NonNullable<ChurnReport['comparison']>;

export interface ChangedThing {
  readonly change: Change;
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** The lists of a comparison in words, for whoever prints them; empty ones too. */
export function changedThings(
  comparison: Comparison,
): readonly { readonly title: string; readonly rows: readonly ChangedThing[] }[] {
  const { findings, resources, owners, keys, measure } = comparison;
  const row = (
    what: string,
    {
      change,
      before,
      after,
    }: { readonly change: Change; readonly before: Amount | null; readonly after: Amount | null },
  ): ChangedThing => ({
    what,
    change,
    before: figure(before, measure, change === 'new'),
    after: figure(after, measure, change === 'gone'),
  });
  return [
    { title: 'Causes', rows: findings.map((each) => row(`${each.pattern}: ${subjectName(each.subject)}`, each)) },
    {
      title: 'Resources',
      rows: resources.map((each) => row(each.resource === '' ? each.prefix : resourceName(each), each)),
    },
    { title: 'Owners', rows: owners.map((each) => row(`${each.kind} ${objectName(each)}`, each)) },
    { title: 'Keys', rows: keys.map((each) => row(each.key, each)) },
  ];
}

function figure(amount: Amount | null, measure: Comparison['measure'], isAbsent: boolean): string {
  if (!amount) return isAbsent ? '-' : 'not listed';
  return measure === 'share' ? percent(amount.share) : perMinute(amount.perMinute);
}

/** `2026-03-01 02:00 to 2026-03-01 14:51 UTC (1,156,984 writes)`, or by revisions where the times are not known. */
export function earlierWindow({ before: { from, to, fromRevision, toRevision, total } }: Comparison): string {
  const window =
    from === null || to === null
      ? `revisions ${fromRevision} to ${toRevision}`
      : `${toTheMinute(from)} to ${toTheMinute(to)} UTC`;
  return `${window} (${counted(total.writes, 'write')})`;
}
