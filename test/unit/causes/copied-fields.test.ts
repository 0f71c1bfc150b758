import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { Named } from '../../incidents/registry.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { deployment, ownedBy, pod, template, widget } from '../patterns/objects.ts';
import { recording, type Draft, type Recording } from '../patterns/recording.ts';
import { judge } from '../patterns/world.ts';

const controller = 'kube-controller-manager';
const counted = (draft: Draft): Draft => ({ ...draft, metadata: { ...draft.metadata, generation: 1 } });
const replicaSet = (name: string, owner: Named): Draft => ({
  ...deployment(name),
  kind: 'ReplicaSet',
  metadata: { name, namespace: 'shop', ...ownedBy(owner) },
});

let events = 0;
const event = (record: Recording, about: Named, more: Record<string, Json> = {}): Draft => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `e-${++events}`, namespace: about.metadata.namespace ?? 'default' },
  involvedObject: reference(about),
  reason: 'Told',
  source: { component: 'teller' },
  lastTimestamp: rfc3339(record.now()),
  ...more,
});
const reference = ({ apiVersion, kind, metadata: { name, namespace } }: Named): JsonObject => ({
  apiVersion,
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
});

const findings = (record: Recording) => judge(record.writes).findings;

describe('a fight over a Deployment', () => {
  const record = recording();
  const web = record.create(counted(deployment('web')), 'argocd-controller');
  const sets = ['v1', 'v2'].map((version) => record.create(replicaSet(`web-${version}`, web), controller));
  const policy = record.create(
    { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'limits' }, spec: {} },
    'kyverno',
  );
  const report = record.create(
    {
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: { name: 'pr-1', namespace: 'shop', ...ownedBy(web) },
      results: [],
    },
    'reports-controller',
  );
  for (let i = 0; i < 40; i++) {
    record.wait(6);
    const now = i % 2;
    record.patch(web, now ? 'image-updater' : 'argocd-controller', {
      spec: { template: template('web', now ? 'v2' : 'v1') },
    });
    for (const [j, set] of sets.entries()) record.patch(set, controller, { spec: { replicas: j === now ? 3 : 0 } });
    const set = sets[now];
    const made = set && record.create(pod(`web-${i}`, set), controller);
    if (made) record.create(event(record, made), 'kubelet');
    if (made) record.remove(made);
    record.create(
      event(record, web, { reason: 'PolicyViolation', reportingComponent: 'kyverno-admission' }),
      'kyverno',
    );
    record.create(
      event(record, policy, {
        reason: 'PolicyViolation',
        reportingComponent: 'kyverno-admission',
        related: reference(web),
      }),
      'kyverno',
    );
    record.patch(report, 'reports-controller', { results: [{ policy: 'limits', message: `${i}` }] });
  }
  const found = findings(record);

  it('is the one finding', () => {
    expect(found.map(({ pattern, subject }) => [pattern, subject.resource, subject.name])).toEqual([
      ['field-fight', 'deployments', 'web'],
    ]);
  });

  it('answers for ReplicaSets, pods, reports and Events, those on the policy included', () => {
    expect(found[0]?.consequences).toEqual([
      { group: '', resource: 'events', writes: 120 },
      { group: 'apps', resource: 'replicasets', writes: expect.any(Number) },
      { group: '', resource: 'pods', writes: 80 },
      { group: 'wgpolicyk8s.io', resource: 'policyreports', writes: 41 },
    ]);
    expect(found[0]?.shareWithConsequences).toBeGreaterThan(0.99);
  });
});

describe('fields that are handed down', () => {
  /** Two writers fight over a Widget; its operator brings each value into a Deployment. */
  function handedDown(childAt: (i: number) => JsonObject, byOwner = true): Recording {
    const record = recording();
    const parent = record.create(counted(widget('parent')), 'kubectl-create');
    const draft = counted(deployment('child'));
    const child = record.create(
      byOwner ? { ...draft, metadata: { ...draft.metadata, ...ownedBy(parent) } } : draft,
      'widget-operator',
    );
    for (let i = 0; i < 50; i++) {
      record.wait(5);
      record.patch(parent, i % 2 ? 'platform' : 'team', { spec: { level: i % 2 ? 'high' : 'low' } });
      record.patch(child, 'widget-operator', childAt(i));
    }
    return record;
  }

  it('are told of where they come from, under whatever name they are below', () => {
    const record = handedDown((i) => ({ spec: { progressDeadlineSeconds: i % 2 ? 300 : 600 } }));
    expect(findings(record)).toMatchObject([
      {
        pattern: 'field-fight',
        subject: { resource: 'widgets', name: 'parent' },
        consequences: [{ resource: 'deployments', writes: 51 }],
      },
    ]);
  });

  it('are told of by themselves where nothing says whose they are', () => {
    const record = handedDown((i) => ({ spec: { progressDeadlineSeconds: i % 2 ? 300 : 600 } }), false);
    expect(findings(record).map(({ pattern, subject }) => [pattern, subject.name])).toEqual([
      ['field-fight', 'parent'],
      ['defaulting-loop', 'child'],
    ]);
  });

  it('do not hide a fight of its own below', () => {
    const record = recording();
    const parent = record.create(counted(widget('parent')), 'kubectl-create');
    const child = record.create(
      { ...counted(deployment('child')), metadata: { name: 'child', namespace: 'shop', ...ownedBy(parent) } },
      'widget-operator',
    );
    for (let i = 0; i < 50; i++) {
      record.wait(5);
      record.patch(parent, i % 2 ? 'platform' : 'team', { spec: { level: i % 2 ? 'high' : 'low' } });
      record.patch(child, i % 2 ? 'helm' : 'injector', { spec: { minReadySeconds: i % 2 ? 3 : 7 } });
    }
    expect(
      findings(record)
        .map(({ subject }) => subject.name)
        .sort(),
    ).toEqual(['child', 'parent']);
  });
});
