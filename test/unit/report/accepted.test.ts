import { describe, expect, it } from '@jest/globals';
import type { AcceptEntry } from '../../../src/model/accept.ts';
import { withAccepted } from '../../../src/report/accepted.ts';
import { assembleReport } from '../../../src/report/assemble.ts';
import { churnReport } from '../../../src/report/schema.ts';
import { reportText } from '../../../src/report/text/report-text.ts';
import { incident } from './incident.ts';

const report = assembleReport(incident());
const today = '2026-03-01';
const loop: AcceptEntry = { pattern: 'vcluster-sync-loop', reason: 'a migration', expires: '2026-04-30' };
const accepting = (...entries: AcceptEntry[]) => withAccepted(report, entries, today);
const patternsOf = ({ findings }: Pick<typeof report, 'findings'>) => findings.map(({ pattern }) => pattern);

describe('an accepted finding', () => {
  it('is left out of the findings, stays in the counts, and is listed with the reason', () => {
    const judged = accepting(loop);
    expect(patternsOf(judged)).toEqual(['kyverno-report-flood', 'annotation-heartbeat']);
    expect(judged).toMatchObject({ totals: report.totals, resources: report.resources, keys: report.keys });
    const [, finding] = report.findings;
    expect(judged.accepted).toEqual([
      {
        ...loop,
        expired: false,
        findings: [
          {
            pattern: 'vcluster-sync-loop',
            severity: 'critical',
            subject: finding!.subject,
            share: finding!.share,
            shareWithConsequences: finding!.shareWithConsequences,
          },
        ],
      },
    ]);
    expect(churnReport.safeParse(judged).error).toBeUndefined();
  });

  it('must equal the entry in every field the entry gives', () => {
    const of = (entry: Partial<AcceptEntry>) => patternsOf(accepting({ reason: 'r', expires: today, ...entry })).length;
    expect(of({ resource: 'configmaps', namespace: 'vcluster-prod' })).toBe(2);
    expect(of({ resource: 'configmaps', namespace: 'vcluster' })).toBe(3);
    expect(of({ pattern: 'annotation-heartbeat', resource: 'configmaps' })).toBe(3);
    expect(of({ group: 'apps', name: 'web' })).toBe(2);
  });

  it('is counted to the first entry that takes it', () => {
    const judged = accepting(loop, { group: '', resource: 'configmaps', reason: 'again', expires: '2026-12-31' });
    expect(judged.accepted?.map(({ findings }) => findings.length)).toEqual([1, 0]);
  });
});

describe('an entry that has expired', () => {
  const judged = accepting({ ...loop, expires: '2026-02-28' });

  it('accepts nothing, and says what it once took out', () => {
    expect(patternsOf(judged)).toEqual(patternsOf(report));
    expect(judged.accepted).toMatchObject([{ expired: true, findings: [{ pattern: 'vcluster-sync-loop' }] }]);
  });

  it('accepts on its last day still', () => {
    expect(patternsOf(accepting({ ...loop, expires: today }))).not.toContain('vcluster-sync-loop');
  });

  it('does not stand in the way of one that has not', () => {
    const both = accepting({ ...loop, expires: '2026-02-28' }, loop);
    expect(both.accepted?.map(({ expired, findings }) => [expired, findings.length])).toEqual([
      [true, 0],
      [false, 1],
    ]);
  });

  it('is told to whoever reads the text', () => {
    const text = reportText(judged, { wide: false, colour: false }).replaceAll(/\n +/g, ' ');
    expect(text).toContain('no longer accepted since 2026-02-28 has passed: vcluster-sync-loop configmaps');
    expect(text).toContain('the reason was: a migration');
  });
});

describe('the text', () => {
  it('tells what is accepted until when, and which entry finds nothing', () => {
    const judged = accepting(loop, { pattern: 'pod-churn', reason: 'nightly', expires: '2026-12-31' });
    const text = reportText(judged, { wide: false, colour: false }).replaceAll(/\n +/g, ' ');
    expect(text).toMatch(
      /accepted +1 finding accepted until 2026-04-30: vcluster-sync-loop .* \(34\.5 %\); a migration/,
    );
    expect(text).toContain('nothing to accept, until 2026-12-31: pattern pod-churn; nightly');
  });
});
