import { describe, expect, it } from '@jest/globals';
import { ownedBy, pod } from './objects.ts';
import { recording, type Recording } from './recording.ts';
import { judge } from './world.ts';

/** A new identity every so many seconds, for pods of which each has a run id of its own. */
function identities(count: number, every: number): Recording {
  const record = recording();
  for (let i = 0; i < count; i++) {
    record.wait(every);
    record.create(
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumIdentity',
        metadata: { name: String(20_000 + i) },
        'security-labels': { 'k8s:app': 'export', 'k8s:example.com/run-id': `r${i}` },
      },
      'cilium-agent',
    );
  }
  return record;
}

/** Endpoints that come and go with their pods. */
function endpoints(count: number, every: number): Recording {
  const record = recording();
  for (let i = 0; i < count; i++) {
    record.wait(every);
    const made = record.create(pod(`web-${i}`), 'kube-controller-manager');
    record.create(
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumEndpoint',
        metadata: { name: `web-${i}`, namespace: 'shop', ...ownedBy(made) },
        status: { identity: { id: 20_000 } },
      },
      'cilium-agent',
    );
  }
  return record;
}

describe('cilium-identity-churn', () => {
  it('names the label that is new in each identity', () => {
    const { findings } = judge(identities(200, 1.5).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'cilium-identity-churn',
      subject: { type: 'prefix', name: '/registry/cilium.io/ciliumidentities' },
      fields: ['/security-labels/k8s:example.com~1run-id'],
      writers: [{ name: 'cilium-agent' }],
      evidence: { created: 200 },
    });
    expect(findings[0]?.remedy.steps[0]).toContain('"k8s:!example.com/run-id"');
  });

  it.each<[string, Recording]>([
    ['identities of new workloads, now and then', identities(40, 6)],
    ['a burst while Cilium is installed', identities(200, 0.5)],
    ['endpoints that come with their pods', endpoints(200, 1.5)],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});
