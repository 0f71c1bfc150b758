import type { ChurnReport } from '../schema.ts';
import { minutesOf, writtenInWindow } from '../window.ts';
import { changesBetween, type Amount, type Changed, type Judging, type Listed, type Measure } from './changes.ts';
import type { EarlierReport } from './earlier-report.ts';
import { comparisonNotes, windowOf } from './windows.ts';

type Comparison = NonNullable<ChurnReport['comparison']>;

/** Of all that was written in the busier window. A finding counts whatever its size. */
const presenceFloor = 0.001;
const growthFloor = 0.005;

/** The report with what is new, grown, shrunk and gone in it since an earlier one. Pure. */
export function withComparison(report: ChurnReport, earlier: EarlierReport): ChurnReport {
  return { ...report, comparison: compareReports(earlier, report) };
}

export function compareReports(earlier: EarlierReport, later: EarlierReport): Comparison {
  const measure: Measure = minutesOf(earlier) !== undefined && minutesOf(later) !== undefined ? 'perMinute' : 'share';
  const [amountBefore, amountAfter] = [amountsOf(earlier), amountsOf(later)];
  const all = [amountBefore(earlier.totals.writes), amountAfter(later.totals.writes)];
  const most = measure === 'share' ? 1 : Math.max(...all.map(({ perMinute }) => perMinute ?? 0));
  const judging: Judging = { measure, floor: { presence: presenceFloor * most, growth: growthFloor * most } };

  const between = <Item extends { readonly writes: number }>(
    of: (report: EarlierReport) => readonly Item[],
    isComplete: (report: EarlierReport) => boolean,
    idOf: (item: Item) => string,
  ): Changed<Item>[] =>
    changesBetween(
      { items: of(earlier), complete: isComplete(earlier), amountOf: ({ writes }) => amountBefore(writes) },
      { items: of(later), complete: isComplete(later), amountOf: ({ writes }) => amountAfter(writes) },
      idOf,
      judging,
    );

  return {
    measure,
    before: windowOf(earlier, amountBefore(earlier.totals.writes)),
    after: windowOf(later, amountAfter(later.totals.writes)),
    notes: comparisonNotes(earlier, later, measure),
    findings: changesBetween(findingsOf(earlier, amountBefore), findingsOf(later, amountAfter), findingId, {
      ...judging,
      floor: { ...judging.floor, presence: 0 },
    })
      .filter(({ item }) => !item.accepted)
      .map(({ item: { pattern, subject }, ...rest }) => ({ ...rest, pattern, subject })),
    resources: between(
      ({ resources }) => resources,
      () => true,
      ({ prefix }) => prefix,
    ).map(({ item: { prefix, group, resource }, ...rest }) => ({ ...rest, prefix, group, resource })),
    owners: between(
      ({ owners }) => owners,
      // the tables are cut alike, so one shorter than another was not cut
      ({ owners, keys }) => owners.length < keys.length,
      ({ group, kind, namespace, name }) => JSON.stringify([group, kind, namespace, name]),
    ).map(({ item: { group, kind, namespace, name }, ...rest }) => ({ ...rest, group, kind, namespace, name })),
    keys: between(
      ({ keys }) => keys,
      ({ keys, totals }) => keys.length >= totals.keys,
      ({ key }) => key,
    ).map(({ item: { key }, ...rest }) => ({ ...rest, key })),
  };
}

function amountsOf(report: EarlierReport): (writes: number) => Amount {
  const minutes = minutesOf(report);
  const all = report.totals.writes;
  return (writes) => ({
    writes,
    share: all === 0 ? 0 : Math.min(1, writes / all),
    perMinute: minutes === undefined ? null : writes / minutes,
  });
}

type Finding = Pick<EarlierReport['findings'][number], 'pattern' | 'subject' | 'shareWithConsequences'> & {
  readonly accepted: boolean;
};

/** Accepted ones too: what was accepted since is not gone, and what no longer is is not new. */
function findingsOf(
  { findings, accepted = [], totals }: EarlierReport,
  amountOf: (writes: number) => Amount,
): Listed<Finding> {
  const valid = accepted.filter(({ expired }) => !expired).flatMap((entry) => entry.findings);
  const items = [
    ...valid.map((finding) => ({ ...finding, accepted: true })),
    ...findings.map((finding) => ({ ...finding, accepted: false })),
  ];
  const written = writtenInWindow(totals);
  return {
    items,
    complete: true,
    amountOf: ({ shareWithConsequences: share }) => ({ ...amountOf(Math.round(share * written)), share }),
  };
}

function findingId({ pattern, subject: { type, group, resource, namespace, name } }: Finding): string {
  return JSON.stringify([pattern, type, group ?? '', resource ?? '', namespace ?? '', name]);
}
