import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { widget } from './objects.ts';
import { recording, type By, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const operator = { manager: 'widget-operator', subresource: 'status' };

/** One status write every so many seconds. */
function statuses(
  times: number,
  seconds: number,
  statusAt: (i: number, now: number) => JsonObject,
  by: (i: number) => By = () => operator,
): Recording {
  const record = recording();
  const object = record.create(widget('gear'), 'kubectl-create');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.patch(object, by(i), { status: statusAt(i, record.now()) });
  }
  return record;
}

const found = (record: Recording) => findingOf(judge(record.writes).findings, 'status-self-trigger');

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
};

describe('status-self-trigger', () => {
  it('fires when one writer moves only a timestamp, six times a minute', () => {
    const record = statuses(40, 10, (_, now) => ({ phase: 'Ready', observedGeneration: 1, lastProbe: rfc3339(now) }));
    expect(found(record)).toMatchObject({
      confidence: 'high',
      subject: { type: 'object', group: 'apps.example.com', resource: 'widgets', namespace: 'shop', name: 'gear' },
      fields: ['/status/lastProbe'],
      writers: [{ name: 'widget-operator', kind: 'fieldManager' }],
    });
  });

  it('names the condition whose heartbeat moves, by its type', () => {
    const record = statuses(40, 10, (_, now) => ({
      conditions: [
        { type: 'Ready', status: 'True', lastHeartbeatTime: rfc3339(now) },
        { type: 'Synced', status: 'True' },
      ],
    }));
    expect(found(record)?.fields).toEqual(['/status/conditions/type=Ready/lastHeartbeatTime']);
  });

  it('fires on a tight loop that has run for a minute only', () => {
    expect(found(statuses(120, 1, (_, now) => ({ lastProbe: rfc3339(now) })))).toMatchObject({
      fields: ['/status/lastProbe'],
    });
  });

  it('is not put off by an edit in between', () => {
    const record = statuses(40, 10, (i, now) => ({ phase: i < 20 ? 'Pending' : 'Ready', lastProbe: rfc3339(now) }));
    expect(found(record)?.fields).toEqual(['/status/lastProbe']);
  });

  it.each<[string, Recording]>([
    ['a counter that really counts', statuses(40, 10, (i) => ({ observed: i }))],
    ['a counter with a timestamp beside it', statuses(40, 10, (i, now) => ({ observed: i, lastProbe: rfc3339(now) }))],
    ['a resync after a restart: a burst, then silence', statuses(30, 2, (_, now) => ({ lastProbe: rfc3339(now) }))],
    ['a slow heartbeat', statuses(10, 60, (_, now) => ({ lastProbe: rfc3339(now) }))],
    [
      'states that come and go',
      statuses(40, 10, (i, now) => ({ phase: i % 2 ? 'Ready' : 'Busy', lastTransitionTime: rfc3339(now) })),
    ],
    [
      'two writers of one timestamp',
      statuses(
        40,
        10,
        (_, now) => ({ lastProbe: rfc3339(now) }),
        (i) => (i % 2 ? operator : { manager: 'second', subresource: 'status' }),
      ),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('stays silent on an autoscaler that scales every few seconds: its time is that of a deed', () => {
    const record = recording();
    const hpa = record.create(autoscaler, 'helm');
    for (let i = 0; i < 100; i++) {
      record.wait(4.3);
      record.patch(
        hpa,
        { manager: 'kube-controller-manager', subresource: 'status' },
        { status: { lastScaleTime: rfc3339(record.now()) } },
      );
    }
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('stays silent on the heartbeats of nodes, leases and autoscalers', () => {
    const record = recording();
    const node = record.create(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' }, status: {} },
      'kubelet',
    );
    const lease = record.create(
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'leader', namespace: 'shop' },
        spec: { holderIdentity: 'a' },
      },
      'a',
    );
    const hpa = record.create(autoscaler, 'helm');
    for (let i = 0; i < 100; i++) {
      record.wait(5);
      record.patch(lease, 'a', { spec: { renewTime: `${rfc3339(record.now()).slice(0, 19)}.000000Z` } });
      if (i % 2)
        record.patch(
          node,
          { manager: 'kubelet', subresource: 'status' },
          { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: rfc3339(record.now()) }] } },
        );
      if (i % 3 === 0)
        record.patch(
          hpa,
          { manager: 'kube-controller-manager', subresource: 'status' },
          { status: { lastScaleTime: rfc3339(record.now()) } },
        );
    }
    // So many of a node are no self-trigger, but too many.
    expect(judge(record.writes).findings.map(({ pattern }) => pattern)).toEqual(['node-bloat']);
  });
});
