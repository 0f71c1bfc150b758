import { describe, expect, it } from '@jest/globals';
import { withAccepted } from '../../../src/report/accepted.ts';
import { assembleReport } from '../../../src/report/assemble.ts';
import { compareReports, withComparison } from '../../../src/report/compare/compare-reports.ts';
import { parseEarlierReport } from '../../../src/report/compare/earlier-report.ts';
import { reportJson } from '../../../src/report/json/report-json.ts';
import { churnReport, type ChurnReport } from '../../../src/report/schema.ts';
import { reportText } from '../../../src/report/text/report-text.ts';
import { incident } from './incident.ts';

const hour = '2026-03-01T02:00:00.000Z';
const later = '2026-03-01T03:00:00.000Z';

interface Small {
  readonly resources?: Readonly<Record<string, number>>;
  readonly keys?: Readonly<Record<string, number>>;
  /** All keys there are; those listed unless more. */
  readonly allKeys?: number;
  readonly from?: number;
  readonly to?: number;
  readonly clock?: ChurnReport['clock'];
  readonly findings?: ChurnReport['findings'];
}

/** A report of 60,000 writes in an hour, but for what is given. */
function report(small: Small = {}): ChurnReport {
  const { keys = {}, from = 1, to = 60_000, clock = { from: hour, to: later, errorSeconds: 1 } } = small;
  const all = assembleReport({ ...incident(), findings: [], owners: [] });
  return {
    ...all,
    source: [{ kind: 'snapshot', name: 'db', fromRevision: from, toRevision: to, compactRevision: 0 }],
    totals: {
      revisions: 60_000,
      writes: 60_000,
      deletes: 0,
      bytes: 1,
      keys: small.allKeys ?? Object.keys(keys).length,
    },
    coverage: { counted: 60_000, growth: 60_000, ratio: 1, notSeen: [] },
    clock,
    resources: Object.entries(small.resources ?? {}).map(([resource, writes]) => ({
      ...all.resources[0]!,
      prefix: `/registry/${resource}`,
      group: '',
      resource,
      writes,
    })),
    keys: Object.entries(keys).map(([key, writes]) => ({ ...all.keys[0]!, key, writes })),
    findings: small.findings ?? [],
  };
}

const changesOf = (rows: readonly { readonly change: string }[]): string[] =>
  rows.map((row) => `${row.change} ${'key' in row ? String(row.key) : 'resource' in row ? String(row.resource) : ''}`);

describe('a comparison', () => {
  it('says what is new, grown, shrunk and gone, the largest change first, and leaves out what hardly moved', () => {
    const before = report({ resources: { pods: 6_000, events: 12_000, leases: 20_000, jobs: 9_500, nodes: 100 } });
    const after = report({ resources: { pods: 30_000, events: 3_000, leases: 23_000, secrets: 700, nodes: 200 } });
    expect(changesOf(compareReports(before, after).resources)).toEqual([
      'grown pods',
      'gone jobs',
      'shrunk events',
      'new secrets',
    ]);
  });

  it('measures by the minute, so that a longer window is no growth', () => {
    const before = report({ resources: { pods: 20_000 } });
    const twice = report({
      resources: { pods: 40_000 },
      clock: { from: hour, to: '2026-03-01T04:00:00.000Z', errorSeconds: 1 },
    });
    const comparison = compareReports(before, twice);
    expect(comparison).toMatchObject({ measure: 'perMinute', resources: [] });
    expect(comparison.before.total).toEqual({ writes: 60_000, share: 1, perMinute: 1000 });
  });

  it('measures by share where a report has no clock, and says so', () => {
    const comparison = compareReports(
      report({ resources: { pods: 600 }, clock: null }),
      report({ resources: { pods: 6_000 } }),
    );
    expect(comparison).toMatchObject({
      measure: 'share',
      resources: [{ change: 'grown', before: { share: 0.01, perMinute: null }, after: { share: 0.1 } }],
    });
    expect(comparison.notes.join()).toContain('by share of all writes');
  });

  it('measures by share where compaction left mostly writes from before the window', () => {
    const compacted = { ...report(), coverage: { counted: 500, growth: 500, ratio: 1, notSeen: [] } };
    expect(compareReports(compacted, report()).measure).toBe('share');
  });
});

describe('a list that was cut', () => {
  it('proves nothing new below its last line, and growth above it', () => {
    const before = report({ keys: { a: 9_000, b: 4_000 }, allKeys: 500 });
    const after = report({ keys: { a: 9_000, c: 20_000, d: 4_100 }, allKeys: 500 });
    const { keys } = compareReports(before, after);
    expect(keys).toMatchObject([{ change: 'grown', key: 'c', before: null, after: { writes: 20_000 } }]);
  });

  it('proves what is new and gone where it was whole', () => {
    const { keys } = compareReports(report({ keys: { a: 9_000 } }), report({ keys: { b: 9_000 } }));
    expect(changesOf(keys).toSorted()).toEqual(['gone a', 'new b']);
  });
});

describe('the findings compared', () => {
  const [flood, loop, heartbeat] = assembleReport(incident()).findings;
  const of = (...findings: (typeof flood)[]) => report({ findings: findings.map((finding) => finding!) });
  const patterns = (before: ChurnReport, after: ChurnReport) =>
    compareReports(before, after).findings.map(({ change, pattern }) => `${change} ${pattern}`);

  it('are told apart by pattern and subject', () => {
    expect(patterns(of(flood, heartbeat), of(flood, loop))).toEqual([
      'new vcluster-sync-loop',
      'gone annotation-heartbeat',
    ]);
    const elsewhere = { ...loop!, subject: { ...loop!.subject, name: 'other' } };
    expect(patterns(of(loop), of(elsewhere))).toHaveLength(2);
  });

  it('are a share of what was written, not of what compaction left', () => {
    const all = of(loop);
    const left = { ...all, totals: { ...all.totals, remainder: Math.round(all.totals.writes / 2) } };
    const [before, after] = [compareReports(report({}), all), compareReports(report({}), left)].map(
      ({ findings }) => findings[0]!.after!,
    );
    expect(after!.share).toBe(before!.share);
    expect(after!.writes).toBeCloseTo(before!.writes / 2, -1);
  });

  it('are not gone when they were accepted meanwhile, nor new when they no longer are', () => {
    const accepted = withAccepted(
      of(loop),
      [{ pattern: loop!.pattern, reason: 'r', expires: '2099-01-01' }],
      '2026-03-01',
    );
    expect(patterns(of(loop), accepted)).toEqual([]);
    expect(patterns(accepted, of(loop))).toEqual([]);
  });
});

describe('what a comparison warns of', () => {
  it.each([
    ['revisions that went back', report({ to: 90_000 }), report({ to: 50_000 }), /went back from 90000 to 50000/],
    [
      'windows that overlap',
      report({ to: 50_000 }),
      report({ to: 90_000 }),
      /revisions 1 to 50000 were counted in both/,
    ],
  ])('%s', (_, before, after, note) => {
    expect(compareReports(before, after).notes.join()).toMatch(note);
  });

  it('nothing, where one window follows the other', () => {
    expect(compareReports(report({ to: 50_000 }), report({ from: 50_001, to: 90_000 })).notes).toEqual([]);
  });
});

describe('a report with a comparison', () => {
  const compared = withComparison(assembleReport(incident()), report({ resources: { pods: 30_000 } }));

  it('obeys the schema', () => {
    expect(churnReport.safeParse(compared).error).toBeUndefined();
  });

  it('tells it in the text, within 80 columns', () => {
    const text = reportText(compared, { wide: false, colour: false });
    expect(text).toContain('Since 2026-03-01 02:00 to 2026-03-01 03:00 UTC (60,000 writes) this changed:');
    expect(text).toMatch(/^CAUSES +CHANGE +BEFORE +NOW$/m);
    expect(text).toMatch(/^configmaps +new +- +\d+\/min$/m);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('an earlier report', () => {
  const read = (json: string) => parseEarlierReport(json, 'old.json');

  it('is read as -o json printed it, and so is one of a later version with more in it', () => {
    const printed = reportJson(assembleReport(incident()));
    expect(compareReports(read(printed), read(printed))).toMatchObject({
      findings: [],
      resources: [],
      owners: [],
      keys: [],
    });
    expect(read(printed.replace('{', '{ "future": 1,')).totals.writes).toBe(assembleReport(incident()).totals.writes);
  });

  it.each([
    ['', /^old\.json is no report: give --compare what "kubechurn triage -o json" printed earlier$/],
    ['null', /is no report/],
    ['[1]', /is no report/],
    ['{"apiVersion":"kubechurn.dev/v1","kind":"MaintenanceRecord"}', /is no report/],
    [
      '{"apiVersion":"kubechurn.dev/v2","kind":"ChurnReport"}',
      /apiVersion kubechurn\.dev\/v2.* reads kubechurn\.dev\/v1 only/,
    ],
    ['{"apiVersion":"kubechurn.dev/v1","kind":"ChurnReport"}', /is a damaged report, at source/],
  ])('is refused in one sentence where it is %j', (json, sentence) => {
    expect(() => read(json)).toThrow(sentence);
  });
});
