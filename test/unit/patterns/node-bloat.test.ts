import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import type { Draft, Recording } from './recording.ts';
import { rounds } from './rounds.ts';
import { findingOf, judge } from './world.ts';

const kubelet = { manager: 'kubelet', subresource: 'status' };
const node = (i: number): Draft => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `worker-${i}` },
  spec: { podCIDR: '10.42.7.0/24' },
  status: { conditions: [condition('2025-06-01T11:00:00Z')] },
});
const condition = (at: string): JsonObject => ({
  type: 'Ready',
  status: 'True',
  lastHeartbeatTime: at,
  lastTransitionTime: '2025-06-01T11:00:00Z',
  reason: 'KubeletReady',
});

const beating = (count: number, every: number, times: number): Recording =>
  rounds({
    objects: Array.from({ length: count }, (_, i) => node(i)),
    by: 'kubelet',
    every,
    times,
    write: (record, each) =>
      record.patch(each, kubelet, { status: { conditions: [condition(rfc3339(record.now()))] } }),
  });

describe('node-bloat', () => {
  it('names a node whose status is written every ten seconds', () => {
    const { findings } = judge(beating(1, 10, 60).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'node-bloat',
      subject: { type: 'object', resource: 'nodes', name: 'worker-0' },
      fields: ['/status/conditions/type=Ready/lastHeartbeatTime'],
      writers: [{ name: 'kubelet' }],
    });
    expect(findings[0]?.remedy.steps[0]).toContain('nodeStatusReportFrequency: 5m');
  });

  it('names the nodes together where all of them do', () => {
    const found = findingOf(judge(beating(6, 10, 60).writes).findings, 'node-bloat');
    expect(found).toMatchObject({
      subject: { type: 'prefix', name: '/registry/minions' },
      evidence: { objects: 6, perMinuteEach: 6.1 },
    });
  });

  it.each<[string, Recording]>([
    ['a status every five minutes', beating(6, 300, 6)],
    ['a burst after a restart', beating(6, 5, 20)],
    [
      'labels that somebody moves',
      rounds({
        objects: [node(0)],
        by: 'kubelet',
        every: 20,
        times: 30,
        write: (record, each, round) =>
          record.patch(each, 'labeler', { metadata: { labels: { 'example.com/slot': `s${round}` } } }),
      }),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});
