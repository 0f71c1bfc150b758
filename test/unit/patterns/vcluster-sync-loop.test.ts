import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { configMap, synced, widget } from './objects.ts';
import { recording, type By, type Draft, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const host = 'lb-7.host.example.com';
const annotation = (value: string | null): JsonObject => ({
  metadata: { annotations: { 'dns.example.com/target': value } },
});
const label = (value: string | null): JsonObject => ({ metadata: { labels: { 'cost-centre': value } } });

/** The first writer makes the object; then both take turns, `seconds` apart. */
function loop(
  draft: Draft,
  maker: By,
  sides: readonly [By, JsonObject][],
  { times = 60, seconds = 4 } = {},
): Recording {
  const record = recording();
  const object = record.create(draft, maker);
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    const [by, patch] = sides[i % sides.length] ?? ['', {}];
    record.patch(object, by, patch);
  }
  return record;
}

const loopIn = (record: Recording) => findingOf(judge(record.writes).findings, 'vcluster-sync-loop');

describe('vcluster-sync-loop', () => {
  it('names an annotation that an agent sets on both sides, on the host', () => {
    const sides: [By, JsonObject][] = [
      ['dns-agent', annotation(host)],
      ['vcluster', annotation('gw.tenant.example.com')],
    ];
    const found = loopIn(
      loop(synced('networking.k8s.io/v1', 'Ingress', 'web'), 'vcluster', sides, { times: 900, seconds: 0.25 }),
    );
    expect(found).toMatchObject({
      confidence: 'high',
      subject: { group: 'networking.k8s.io', resource: 'ingresses', namespace: 'tenant', name: 'web-x-shop-x-tenant' },
      fields: ['/metadata/annotations/dns.example.com~1target'],
      writers: [
        { name: 'dns-agent', writes: 450 },
        { name: 'vcluster', writes: 450 },
      ],
      evidence: { side: 'host' },
    });
    expect(found?.remedy.steps.join('\n')).toContain('sync:\n  toHost:\n    ingresses:\n      enabled: false');
  });

  it("names it in the vCluster's own etcd, where nothing is labelled", () => {
    const draft: Draft = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {},
    };
    const found = loopIn(
      loop(draft, 'kubectl-create', [
        ['vcluster', annotation(host)],
        ['dns-agent', annotation('gw.tenant.example.com')],
      ]),
    );
    expect(found).toMatchObject({ subject: { name: 'web' }, evidence: { side: 'vCluster' } });
    expect(found?.writers.map(({ name }) => name)).toEqual(['dns-agent', 'vcluster']);
  });

  it('recognises the accounts an audit log names, on either side', () => {
    const account = { manager: 'vcluster', user: 'system:serviceaccount:tenant:vc-tenant' };
    const agent = { manager: 'dns-agent', user: 'system:serviceaccount:dns:agent' };
    const onHost = loop(synced('networking.k8s.io/v1', 'Ingress', 'web'), account, [
      [agent, annotation(host)],
      [account, annotation('gw')],
    ]);
    expect(loopIn(onHost)?.writers.map(({ name }) => name)).toEqual([
      'system:serviceaccount:dns:agent',
      'system:serviceaccount:tenant:vc-tenant',
    ]);
    const admin = { manager: 'vcluster', user: 'kubernetes-super-admin' };
    const inside = loop(configMap('settings'), 'helm', [
      [admin, annotation(host)],
      [agent, annotation('gw')],
    ]);
    expect(loopIn(inside)?.writers.map(({ name }) => name)).toEqual([
      'kubernetes-super-admin',
      'system:serviceaccount:dns:agent',
    ]);
  });

  it('knows a host labeler that the syncer undoes by a removal, which leaves no trace', () => {
    const found = loopIn(
      loop(synced('v1', 'ConfigMap', 'settings', { data: { a: 'b' } }), 'vcluster', [
        ['labeler', label('7')],
        ['vcluster', label(null)],
      ]),
    );
    expect(found).toMatchObject({
      fields: ['/metadata/labels/cost-centre'],
      writers: [
        { name: 'labeler', confidence: 'medium', writes: 30 },
        { name: 'vcluster', confidence: 'low', writes: 30 },
      ],
    });
  });

  it('knows the same inside the vCluster, where GitOps removes what the syncer brings', () => {
    const found = loopIn(
      loop(configMap('settings'), 'kustomize-controller', [
        ['vcluster', label('7')],
        ['kustomize-controller', label(null)],
      ]),
    );
    expect(found?.writers).toMatchObject([
      { name: 'vcluster', confidence: 'medium' },
      { name: 'kustomize-controller', confidence: 'low' },
    ]);
  });

  it('knows a removal that the syncer carries into the vCluster, where GitOps sets the label again', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kustomize-controller');
    record.patch(map, 'vcluster', { metadata: { annotations: { 'vcluster.loft.sh/object-host-name': 'x' } } });
    for (let i = 0; i < 60; i++) {
      record.wait(4);
      record.patch(map, i % 2 ? 'vcluster' : 'kustomize-controller', label(i % 2 ? null : '7'));
    }
    expect(loopIn(record)).toMatchObject({
      writers: [
        { name: 'kustomize-controller', confidence: 'medium' },
        { name: 'vcluster', confidence: 'low' },
      ],
      evidence: { side: 'vCluster', namelessRemovals: 30 },
    });
  });

  it('says that a sanitizer which only removes has no name, and does not invent one', () => {
    const found = loopIn(
      loop(synced('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } }), 'vcluster', [
        ['vcluster', annotation('x')],
        ['sanitizer', annotation(null)],
      ]),
    );
    expect(found).toMatchObject({
      confidence: 'medium',
      writers: [{ name: 'vcluster' }],
      evidence: { namelessRemovals: 30 },
    });
    expect(found?.cause).toContain('leaves no trace');
  });

  it('names a sanitizer that sets another value instead', () => {
    const found = loopIn(
      loop(synced('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } }), 'vcluster', [
        ['vcluster', annotation('x')],
        ['sanitizer', annotation('none')],
      ]),
    );
    expect(found?.writers.map(({ name }) => name)).toEqual(['sanitizer', 'vcluster']);
  });

  it('pauses a custom resource by plural and group', () => {
    const found = loopIn(
      loop({ ...widget('gear'), metadata: synced('', '', 'gear').metadata }, 'vcluster', [
        ['vcluster', annotation('x')],
        ['agent', annotation('y')],
      ]),
    );
    expect(found?.remedy.steps.join('\n')).toContain(
      '    customResources:\n      widgets.apps.example.com:\n        enabled: false',
    );
  });

  it('is not called for a mere name, nor for host writers that fight without the syncer', () => {
    const draft = { ...configMap('a-x-b-x-c') };
    const named = judge(
      loop(draft, 'helm', [
        ['one', label('1')],
        ['two', label('2')],
      ]).writes,
    ).findings;
    expect(named.map(({ pattern }) => pattern)).toEqual(['field-fight']);
    const onSynced = judge(
      loop(synced('v1', 'ConfigMap', 'settings'), 'vcluster', [
        ['one', label('1')],
        ['two', label('2')],
      ]).writes,
    ).findings;
    expect(onSynced.map(({ pattern }) => pattern)).toEqual(['field-fight']);
  });

  it('stays silent on a synced object whose status goes back and forth with one writer', () => {
    const status = (ready: boolean): JsonObject => ({
      status: { loadBalancer: ready ? { ingress: [{ ip: '192.0.2.1' }] } : null },
    });
    const controller = { manager: 'ingress-controller', subresource: 'status' };
    const record = loop(synced('networking.k8s.io/v1', 'Ingress', 'web'), 'vcluster', [
      [controller, status(true)],
      [controller, status(false)],
    ]);
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('stays silent on what the syncer alone copies', () => {
    const record = loop(synced('v1', 'ConfigMap', 'settings'), 'vcluster', [
      ['vcluster', { data: { mode: 'a' } }],
      ['vcluster', { data: { mode: 'b' } }],
    ]);
    expect(judge(record.writes).findings).toEqual([]);
  });
});
