import { describe, expect, it } from '@jest/globals';
import type { Named } from '../../incidents/registry.ts';
import { ownedBy, synced } from './objects.ts';
import { recording, type By, type Draft, type Recording } from './recording.ts';
import { judge } from './world.ts';

const service = synced('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } });
const pod = (name: string, original: string, owner: Named): Draft => {
  const draft = synced('v1', 'Pod', name, {
    spec: { containers: [{ name: 'web', image: 'registry.example/web:v1' }] },
    status: { phase: 'Pending' },
  });
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      ...ownedBy(owner),
      annotations: { 'vcluster.loft.sh/object-name': name, 'vcluster.loft.sh/object-uid': original },
    },
  };
};

/** Created and deleted in turn; the draft of each round. */
function rounds(times: number, seconds: number, draftOf: (i: number) => Draft, by: By = 'vcluster'): Recording {
  const record = recording();
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    const made = record.create(draftOf(i), by);
    record.wait(seconds);
    if (i < times - 1) record.remove(made);
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('vcluster-recreate-loop', () => {
  it('names a copy that is deleted and created for the same object of the vCluster', () => {
    const [found] = findings(rounds(20, 8, () => service));
    expect(found).toMatchObject({
      pattern: 'vcluster-recreate-loop',
      confidence: 'high',
      subject: { type: 'object', group: '', resource: 'services', namespace: 'tenant', name: 'web-x-shop-x-tenant' },
      writers: [{ name: 'vcluster', writes: 20 }],
      evidence: { uids: 20, deletes: 19 },
    });
    expect(found?.remedy.steps.join('\n')).toContain('    services:\n      enabled: false');
  });

  it('fires from three in five minutes on', () => {
    expect(findings(rounds(3, 60, () => service))).toMatchObject([{ confidence: 'medium' }]);
    expect(findings(rounds(3, 200, () => service))).toEqual([]);
  });

  it('knows the account of the syncer where a copy bears no label', () => {
    const bare = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca', namespace: 'tenant' } };
    const by = { manager: 'vcluster', user: 'system:serviceaccount:tenant:vc-tenant' };
    expect(findings(rounds(10, 8, () => bare, by))).toMatchObject([
      { writers: [{ name: 'system:serviceaccount:tenant:vc-tenant' }] },
    ]);
    expect(findings(rounds(10, 8, () => bare, 'kubectl-create'))).toEqual([]);
  });

  it('takes the place of pod-churn where the pods are those copies', () => {
    const record = recording();
    const release = record.create(
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'tenant', namespace: 'tenant' }, spec: {} },
      'helm',
    );
    for (let i = 0; i < 150; i++) {
      record.wait(1.5);
      const made = record.create(pod('db-0', 'a', release), 'vcluster');
      record.remove(made);
    }
    expect(findings(record).map(({ pattern, subject }) => [pattern, subject.name])).toEqual([
      ['vcluster-recreate-loop', 'db-0-x-shop-x-tenant'],
    ]);
  });

  it('stays silent on a pod of a StatefulSet that the vCluster itself replaces', () => {
    const record = recording();
    const release = record.create(
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'tenant', namespace: 'tenant' }, spec: {} },
      'helm',
    );
    for (let i = 0; i < 10; i++) {
      record.wait(20);
      const made = record.create(pod('db-0', `virtual-${i}`, release), 'vcluster');
      record.wait(10);
      record.remove(made);
    }
    expect(findings(record)).toEqual([]);
  });

  it('stays silent on pods of a syncer that does not say whose copies they are', () => {
    const bare = synced('v1', 'Pod', 'db-0', { spec: { containers: [] } });
    const { annotations: _, ...metadata } = bare.metadata;
    expect(findings(rounds(10, 20, () => ({ ...bare, metadata: { ...metadata, name: 'db-0' } })))).toEqual([]);
  });

  it('stays silent on the probes at the start of a vCluster', () => {
    expect(findings(rounds(30, 0.5, (i) => synced('v1', 'Service', `test-service-delete-me-${i}`)))).toEqual([]);
  });
});
