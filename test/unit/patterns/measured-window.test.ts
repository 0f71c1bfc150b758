import { describe, expect, it } from '@jest/globals';
import { measured, measuredWindow } from '../../incidents/measured-window.ts';
import { noon } from './recording.ts';
import { judge } from './world.ts';

const { minutes: _, revisions, ...bySegment } = measured;

describe('the window measured in etcd-io/etcd#14329', () => {
  const { findings, counted } = judge(measuredWindow({ from: noon, seed: 14329 }));

  it('has as many revisions of each kind as were counted there', () => {
    expect(counted.totals.writes).toBe(revisions);
    const writes = new Map<string, number>();
    for (const prefix of counted.prefixes) {
      const segment = prefix.prefix.split('/')[2] ?? '';
      writes.set(segment, (writes.get(segment) ?? 0) + prefix.writes);
    }
    expect(Object.fromEntries(writes)).toMatchObject(bySegment);
  });

  it('shows Kyverno next to the leases, which are as they should be', () => {
    expect(counted.prefixes.slice(0, 2).map(({ prefix }) => prefix)).toEqual([
      '/registry/leases',
      '/registry/kyverno.io/admissionreports',
    ]);
    expect(findings.filter(({ subject }) => subject.resource === 'leases')).toEqual([]);
  });

  it('names Kyverno first, with its policy reports and Events, and nobody else', () => {
    expect(findings[0]).toMatchObject({
      pattern: 'kyverno-report-flood',
      severity: 'critical',
      subject: { group: 'kyverno.io', resource: 'admissionreports' },
      consequences: [
        { group: 'wgpolicyk8s.io', writes: measured['wgpolicyk8s.io'] },
        { resource: 'events', writes: 151 },
      ],
    });
    const strangers = findings.slice(1).filter(({ subject }) => subject.group !== 'wgpolicyk8s.io');
    expect(strangers).toEqual([]);
  });
});
