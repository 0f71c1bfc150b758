import { describe, expect, it } from '@jest/globals';
import { rfc3339Micro } from '../../incidents/managed-fields.ts';
import { recording, type Draft, type Recording } from './recording.ts';
import { rounds } from './rounds.ts';
import { findingOf, judge } from './world.ts';

const lease = (namespace: string, name: string, holderIdentity = `${name}-0`): Draft => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace },
  spec: { holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 0 },
});

/** Renewed every so many seconds by the holder of that round. */
function renewed(
  objects: readonly Draft[],
  every: number,
  times: number,
  holder?: (round: number) => string,
): Recording {
  return rounds({
    objects,
    by: 'elector',
    every,
    times,
    write: (record, object, round) =>
      record.patch(object, 'elector', {
        spec: { renewTime: rfc3339Micro(record.now()), ...(holder && { holderIdentity: holder(round) }) },
      }),
  });
}

const nodes = (count: number): Draft[] =>
  Array.from({ length: count }, (_, i) => lease('kube-node-lease', `node-${i}`));

describe('lease-flood', () => {
  it('names an elected leader that renews more than once a second', () => {
    const { findings } = judge(renewed([lease('apps', 'widget-operator')], 0.8, 300).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'lease-flood',
      subject: { type: 'object', group: 'coordination.k8s.io', resource: 'leases', namespace: 'apps' },
      fields: ['/spec/renewTime'],
      writers: [{ name: 'elector' }],
      evidence: { perMinute: 75.3 },
    });
    expect(findings[0]?.remedy.steps[0]).toContain('--leader-elect-retry-period');
  });

  it('says once that all nodes renew too often', () => {
    const found = findingOf(judge(renewed(nodes(8), 4, 60).writes).findings, 'lease-flood');
    expect(found).toMatchObject({ subject: { namespace: 'kube-node-lease' }, evidence: { nodes: 8 } });
    expect(found?.remedy.steps[0]).toContain('nodeLeaseDurationSeconds');
  });

  it('names a Lease that two holders take from each other at the pace of one', () => {
    const { findings } = judge(
      renewed([lease('apps', 'widget-operator')], 2, 120, (round) => `pod-${Math.floor(round / 8) % 2}`).writes,
    );
    expect(findings.map(({ pattern }) => pattern)).toEqual(['lease-flood']);
    expect(findings[0]).toMatchObject({ confidence: 'high', fields: ['/spec/holderIdentity'] });
    expect(findings[0]?.remedy.summary).toContain('leave one of those');
  });

  it('sees that in one Lease among hundreds of others', () => {
    const record = recording();
    const others = nodes(300).map((draft) => record.create(draft, 'kubelet'));
    const fought = record.create(lease('apps', 'widget-operator'), 'elector');
    for (let second = 1; second <= 120; second++) {
      record.wait(1);
      if (second % 10 === 0)
        for (const each of others) record.patch(each, 'kubelet', { spec: { renewTime: rfc3339Micro(record.now()) } });
      if (second % 3 > 0) continue;
      record.patch(fought, 'elector', {
        spec: { holderIdentity: `pod-${second % 2}`, renewTime: rfc3339Micro(record.now()) },
      });
    }
    expect(findingOf(judge(record.writes).findings, 'lease-flood')?.subject.name).toBe('widget-operator');
  });

  it.each<[string, Recording]>([
    ['nodes that renew every ten seconds', renewed(nodes(8), 10, 40)],
    ['an elector that renews every two seconds', renewed([lease('kube-system', 'kube-scheduler')], 2, 150)],
    ['a burst', renewed([lease('apps', 'widget-operator')], 0.5, 200)],
    [
      'replicas that hand over in turn by way of nobody',
      renewed([lease('apps', 'widget-operator')], 2, 120, (round) =>
        round % 40 === 0 ? '' : `pod-${Math.floor(round / 40)}`,
      ),
    ],
    [
      'a holder that comes back once',
      renewed([lease('apps', 'widget-operator')], 2, 120, (round) => `pod-${Math.floor(round / 45) % 2}`),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});
