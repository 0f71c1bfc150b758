import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import type { KeyCount } from '../../../src/model/counts.ts';
import { assembleReport } from '../../../src/report/assemble.ts';
import { reportJson } from '../../../src/report/json/report-json.ts';
import { churnReport } from '../../../src/report/schema.ts';
import { incident } from './incident.ts';
import { anyName, emptyStore, named } from './names.ts';

describe('an assembled report', () => {
  it('obeys the published schema, whatever was counted', () => {
    for (const parts of [incident(), { ...incident(), clock: undefined, findings: [] }, emptyStore()]) {
      expect(churnReport.safeParse(assembleReport(parts)).error).toBeUndefined();
    }
  });

  it('obeys the schema with any unicode as names', () => {
    fc.assert(
      fc.property(anyName, fc.nat(40), (name, top) => {
        expect(churnReport.safeParse(assembleReport({ ...named(name), top })).error).toBeUndefined();
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('gives each share as a part of all writes', () => {
    const { counted } = incident();
    const { resources, totals } = assembleReport(incident());
    expect(resources.map(({ share }) => share)).toEqual(counted.prefixes.map(({ writes }) => writes / totals.writes));
    expect(resources.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('keeps resources and findings complete, and at most `top` of keys, owners and writers', () => {
    const report = assembleReport({ ...incident(), top: 1 });
    expect(
      [report.resources, report.findings, report.keys, report.owners, report.writers].map(({ length }) => length),
    ).toEqual([12, 3, 1, 1, 1]);
    expect(report.keys[0]?.name).toBe('settings-x-team-a-x-prod');
  });

  it('puts the writer with most writes first', () => {
    expect(assembleReport(incident()).writers.map(({ name }) => name)).toEqual([
      'system:serviceaccount:kyverno:kyverno-admission-controller',
      'syncer',
    ]);
  });

  it('states a rate between the first and the last write of a key', () => {
    const clock = { timeOf: (revision: number) => revision * 60_000, errorSeconds: 1 };
    expect(rateOf({ clock, firstRevision: 10, lastRevision: 20, writes: 50 })).toBe(5);
  });

  it('leaves out of that rate what compaction left of older times', () => {
    const clock = { timeOf: (revision: number) => revision * 60_000, errorSeconds: 1 };
    const remainder = { writes: 1, creates: 1, deletes: 0, bytes: 9 };
    expect(rateOf({ clock, compactRevision: 10, firstRevision: 2, lastRevision: 20, writes: 51, remainder })).toBe(5);
    expect(rateOf({ clock, compactRevision: 10, firstRevision: 2, lastRevision: 2, writes: 1, remainder })).toBe(0);
  });

  it('does not take a burst of seconds for a rate of hundreds a minute', () => {
    const clock = { timeOf: (revision: number) => revision * 100, errorSeconds: 1 };
    expect(rateOf({ clock, firstRevision: 10, lastRevision: 20, writes: 11 })).toBe(11);
  });

  it('states no rate where the time of either end is unknown', () => {
    const halfKnown = { timeOf: (revision: number) => (revision > 15 ? 1 : undefined), errorSeconds: 1 };
    expect(rateOf({ clock: halfKnown, firstRevision: 10, lastRevision: 20, writes: 11 })).toBeNull();
    expect(rateOf({ clock: undefined, firstRevision: 10, lastRevision: 20, writes: 11 })).toBeNull();
  });

  it('says each thing that was not seen once', () => {
    const { counted } = incident();
    const said = assembleReport({ ...incident(), notSeen: [...counted.notSeen, 'Users.'] }).coverage.notSeen;
    expect(said).toEqual([...counted.notSeen, 'Users.']);
  });

  it('leaves a time no calendar holds unknown', () => {
    const { clock } = assembleReport({
      ...incident(),
      clock: { timeOf: () => 1e300, errorSeconds: Number.POSITIVE_INFINITY },
    });
    expect(clock).toBeNull();
  });

  it('counts an empty store as fully covered, with shares of nothing', () => {
    expect(assembleReport(emptyStore())).toMatchObject({
      coverage: { counted: 0, growth: 0, ratio: 1 },
      resources: [],
      clock: null,
    });
  });
});

describe('the report as JSON', () => {
  it('parses to the report and holds no character that a terminal would obey', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const report = assembleReport(named(name));
        const json = reportJson(report);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(report)));
        // eslint-disable-next-line no-control-regex
        expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      }),
      { seed: 12, numRuns: 60, examples: [['\u001b[2J\u009b31m\u202eevil'], ['\ud800']] },
    );
  });
});

describe('the published schema', () => {
  it('is the one the code holds', () => {
    const published: unknown = JSON.parse(readFileSync('docs/report.schema.json', 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(churnReport))));
  });

  it('refuses a field it does not describe', () => {
    expect(churnReport.safeParse({ ...assembleReport(incident()), surprise: 1 }).success).toBe(false);
  });
});

function rateOf({
  clock,
  compactRevision = 1,
  ...count
}: {
  clock: ReturnType<typeof incident>['clock'];
  compactRevision?: number;
} & Pick<KeyCount, 'firstRevision' | 'lastRevision' | 'writes' | 'remainder'>): number | null | undefined {
  const { counted, ...parts } = incident();
  const topKeys = counted.topKeys.slice(0, 1).map((key) => ({ ...key, ...count }));
  const source = counted.source.map((each) => ({ ...each, compactRevision }));
  return assembleReport({ ...parts, counted: { ...counted, source, topKeys }, clock }).keys[0]?.ratePerMinute;
}
