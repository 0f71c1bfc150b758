import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { ephemeralJobs } from '../../incidents/ephemeral-jobs.ts';
import { configMap, deployment, ownedBy } from './objects.ts';
import { noon, recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const busy = [
  ...ephemeralJobs({ from: noon, until: noon + 5 * 60_000, seed: 7 }, { podsPerMinute: 40, applications: 8 }),
];

const report = (name: string, more: JsonObject = {}) => ({
  apiVersion: 'reports.kyverno.io/v1',
  kind: 'EphemeralReport',
  metadata: { name, namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'kyverno' } },
  spec: more,
});

describe('kyverno-report-flood', () => {
  const { findings } = judge(busy);
  const found = findingOf(findings, 'kyverno-report-flood');

  it('finds by prefix what no ranking of keys shows, with Events and policy reports as consequences', () => {
    expect(found).toMatchObject({
      severity: 'critical',
      subject: {
        type: 'prefix',
        group: 'reports.kyverno.io',
        resource: 'ephemeralreports',
        name: '/registry/reports.kyverno.io/ephemeralreports',
      },
      consequences: [{ resource: 'events' }, { resource: 'policyreports' }],
    });
    expect(found?.writers.map(({ name }) => name).sort()).toEqual(['kyverno', 'reports-controller']);
  });

  it('says what each writer wrote in all, not in the sample, within a tenth', () => {
    const truth = Object.entries(
      Object.groupBy(
        busy.filter(({ key, value }) => value && key.startsWith('/registry/reports.kyverno.io/ephemeralreports/')),
        ({ by }) => by?.manager ?? '',
      ),
    );
    for (const [manager, writes = []] of truth) {
      const said = found?.writers.find(({ name }) => name === manager)?.writes ?? 0;
      expect(Math.abs(said - writes.length) / writes.length).toBeLessThan(0.1);
    }
  });

  it('does not accuse its Events a second time', () => {
    expect(findingOf(findings, 'event-flood')).toBeUndefined();
  });

  it('says that aggregation is stalled when reports pile up at its breaker', () => {
    const record = recording();
    for (let i = 0; i < 1000; i++) {
      record.wait(0.2);
      record.create(report(`r-${i}`), 'kyverno');
    }
    const stalled = findingOf(judge(record.writes).findings, 'kyverno-report-flood');
    expect(stalled?.evidence).toMatchObject({ stalled: true, liveReports: 1000 });
    expect(stalled?.remedy.steps[0]).toContain('reports controller memory');
  });

  it('says so too when none was written since the compaction', () => {
    const record = recording();
    for (let i = 0; i < 1000; i++) record.create(report(`r-${i}`), 'kyverno');
    record.wait(60);
    const retainedFrom = record.now();
    for (let i = 0; i < 60; i++) {
      record.wait(5);
      record.create(configMap(`c-${i}`), 'helm');
    }
    expect(findingOf(judge(record.writes, { retainedFrom }).findings, 'kyverno-report-flood')).toMatchObject({
      severity: 'critical',
      evidence: { stalled: true, liveReports: 1000, writes: 1000 },
      cause: expect.stringContaining('1000 intermediate reports of Kyverno pile up'),
    });
  });

  it('stays silent on a Kyverno that judges little, and on reports of others', () => {
    const record = recording();
    for (let i = 0; i < 200; i++) {
      record.wait(2);
      if (i % 2) record.create(report(`r-${i}`), 'kyverno');
      record.create(
        {
          apiVersion: 'aquasecurity.github.io/v1alpha1',
          kind: 'ConfigAuditReport',
          metadata: { name: `c-${i}`, namespace: 'shop' },
        },
        'trivy-operator',
      );
    }
    expect(judge(record.writes).findings).toEqual([]);
  });
});

describe('policy-report-rewrite', () => {
  /** A report on a Deployment, rewritten every ten seconds. */
  const reports = (count: number, resultAt: (round: number) => string): Recording => {
    const record = recording();
    const web = record.create(deployment('web'), 'helm');
    const results = (round: number) => [
      {
        policy: 'p',
        rule: 'r',
        result: resultAt(round),
        timestamp: { nanos: 0, seconds: Math.floor(record.now() / 1000) },
      },
    ];
    const all = Array.from({ length: count }, (_, i) =>
      record.create(
        {
          apiVersion: 'wgpolicyk8s.io/v1alpha2',
          kind: 'PolicyReport',
          metadata: { name: `pr-${i}`, namespace: 'shop', ...ownedBy(web) },
          results: results(0),
        },
        'reports-controller',
      ),
    );
    for (let round = 1; round < 30; round++) {
      record.wait(10);
      for (const each of all) record.patch(each, 'reports-controller', { results: results(round) });
    }
    return record;
  };

  it('names one report that is rewritten for its timestamps', () => {
    expect(findingOf(judge(reports(1, () => 'fail').writes).findings, 'policy-report-rewrite')).toMatchObject({
      subject: { type: 'object', group: 'wgpolicyk8s.io', resource: 'policyreports', name: 'pr-0' },
      fields: [expect.stringMatching(/^\/results\/.*\/timestamp\/seconds$/)],
    });
  });

  it('names the prefix, once, where all of them are', () => {
    expect(findingOf(judge(reports(20, () => 'fail').writes).findings, 'policy-report-rewrite')?.subject).toMatchObject(
      {
        type: 'prefix',
        name: '/registry/wgpolicyk8s.io/policyreports',
      },
    );
  });

  it('stays silent on reports whose results change', () => {
    expect(judge(reports(20, (round) => (round % 2 ? 'pass' : 'fail')).writes).findings).toEqual([]);
  });
});
