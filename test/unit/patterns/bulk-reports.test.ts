import { describe, expect, it } from '@jest/globals';
import { recording, type Draft, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const report = (kind: string, name: string, bytes: number): Draft => ({
  apiVersion: 'aquasecurity.github.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'shop' },
  report: { components: 'x'.repeat(bytes) },
});

/** Reports of one size, one after the other. */
function scanned(kind: string, count: number, every: number, bytes: number): Recording {
  const record = recording();
  for (let i = 0; i < count; i++) {
    record.wait(every);
    record.create(report(kind, `replicaset-web-${i}`, bytes), 'trivy-operator');
  }
  return record;
}

describe('bulk-reports', () => {
  it('names the kind of report that is written by the megabyte', () => {
    const { findings } = judge(scanned('SbomReport', 60, 4, 500_000).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'bulk-reports',
      subject: { type: 'prefix', name: '/registry/aquasecurity.github.io/sbomreports' },
      writers: [{ name: 'trivy-operator' }],
      evidence: { liveReports: 60, bytesPercent: 100 },
    });
    expect(findings[0]?.remedy.steps[0]).toContain('operator.sbomGenerationEnabled=false');
  });

  it('names a single report that is nearly too large for etcd, with no clock at hand', () => {
    const { findings } = judge(scanned('VulnerabilityReport', 2, 60, 1_200_000).writes, { withoutClock: true });
    expect(findings[0]).toMatchObject({
      pattern: 'bulk-reports',
      subject: { type: 'object', resource: 'vulnerabilityreports' },
      evidence: { megabytes: 1.2 },
    });
  });

  it.each<[string, Recording]>([
    ['many small reports', scanned('ConfigAuditReport', 300, 1, 3_000)],
    ['large reports that come one by one', scanned('SbomReport', 8, 60, 500_000)],
    ['a burst', scanned('SbomReport', 40, 1, 200_000)],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('leaves the objects of others alone, however large', () => {
    const record = recording();
    for (let i = 0; i < 60; i++) {
      record.wait(4);
      record.create({ ...report('Dashboard', `d-${i}`, 500_000), apiVersion: 'grafana.example.com/v1' }, 'grafana');
    }
    expect(findingOf(judge(record.writes).findings, 'bulk-reports')).toBeUndefined();
  });
});
