import type { ChurnReport } from '../schema.ts';
import { revisionsShown } from '../window.ts';
import type { Amount, Measure } from './changes.ts';
import type { EarlierReport } from './earlier-report.ts';

type ComparedWindow = NonNullable<ChurnReport['comparison']>['before'];

export function windowOf(report: EarlierReport, total: Amount): ComparedWindow {
  const { clock } = report;
  return { ...revisionsOf(report), from: clock?.from ?? null, to: clock?.to ?? null, total };
}

/** What may mislead whoever reads the comparison. */
export function comparisonNotes(earlier: EarlierReport, later: EarlierReport, measure: Measure): string[] {
  const [before, after] = [revisionsOf(earlier), revisionsOf(later)];
  const first = Math.max(before.fromRevision, after.fromRevision);
  const wentBack = after.toRevision < before.toRevision;
  return [
    ...(wentBack
      ? [
          `the revisions went back from ${before.toRevision} to ${after.toRevision}: another cluster, a restored one, or the two reports the wrong way round`,
        ]
      : []),
    ...(!wentBack && first <= before.toRevision && first > 0
      ? [`revisions ${first} to ${before.toRevision} were counted in both reports`]
      : []),
    ...(measure === 'share'
      ? ['compared by share of all writes, because one of the reports does not know how long its window was']
      : []),
  ];
}

const nothing = { fromRevision: 0, toRevision: 0 };

function revisionsOf({ source }: EarlierReport): { fromRevision: number; toRevision: number } {
  return revisionsShown(source) ?? nothing;
}
