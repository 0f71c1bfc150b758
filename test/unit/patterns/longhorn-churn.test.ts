import { describe, expect, it } from '@jest/globals';
import type { Draft, Recording } from './recording.ts';
import { rounds } from './rounds.ts';
import { findingOf, judge } from './world.ts';

const object = (kind: string, name: string): Draft => ({
  apiVersion: 'longhorn.io/v1beta2',
  kind,
  metadata: { name, namespace: 'longhorn-system' },
  spec: { volumeName: name },
  status: { currentState: 'running', actualSize: 0 },
});

/** Volumes that are written to all the time. */
const measuring = (volumes: number, every: number, times: number): Recording =>
  rounds({
    objects: Array.from({ length: volumes }, (_, i) => [
      object('Engine', `pvc-${i}-e`),
      object('Volume', `pvc-${i}`),
    ]).flat(),
    by: 'longhorn-manager',
    every,
    times,
    write: (record, each, round) => record.patch(each, 'longhorn-manager', { status: { actualSize: round * 4096 } }),
  });

describe('longhorn-churn', () => {
  it('names an engine that is written every three seconds', () => {
    const record = rounds({
      objects: [object('Engine', 'pvc-0-e')],
      by: 'longhorn-manager',
      every: 3,
      times: 100,
      write: (recorded, each, round) =>
        recorded.patch(each, 'longhorn-manager', {
          status: { cloneStatus: round % 2 ? { replica: { state: '' } } : null },
        }),
    });
    const { findings } = judge(record.writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'longhorn-churn',
      subject: { type: 'object', group: 'longhorn.io', resource: 'engines', name: 'pvc-0-e' },
      fields: [expect.stringMatching(/^\/status\/cloneStatus/)],
    });
    expect(findings[0]?.remedy.steps[0]).toContain('1.6.3');
  });

  it('names Longhorn once where many of its objects are', () => {
    const { findings } = judge(measuring(4, 3, 100).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      subject: { type: 'prefix', name: '/registry/longhorn.io/engines' },
      consequences: [{ resource: 'volumes' }],
    });
    expect(findings[0]?.shareWithConsequences).toBeCloseTo(1);
  });

  it('stays silent on volumes under load: twelve writes a minute of each', () => {
    expect(judge(measuring(4, 5, 80).writes).findings).toEqual([]);
  });

  it('stays silent on a burst while volumes attach', () => {
    expect(findingOf(judge(measuring(4, 2, 40).writes).findings, 'longhorn-churn')).toBeUndefined();
  });
});
