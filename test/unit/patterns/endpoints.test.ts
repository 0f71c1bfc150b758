import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { configMap, deployment, pod } from './objects.ts';
import { recording, type Draft, type Recording } from './recording.ts';
import { judge } from './world.ts';

const findings = (record: Recording) => judge(record.writes).findings;

describe('endpoints-election', () => {
  const endpoints: Draft = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'cilium-operator', namespace: 'kube-system' },
  };
  const elected = (draft: Draft, times: number, seconds: number, name = 'control-plane.alpha.kubernetes.io/leader') => {
    const record = recording();
    const made = record.create(draft, 'cilium-operator');
    for (let i = 0; i < times; i++) {
      record.wait(seconds);
      const value = JSON.stringify({ holderIdentity: 'a', renewTime: rfc3339(record.now()) });
      record.patch(made, 'cilium-operator', { metadata: { annotations: { [name]: value } } });
    }
    return record;
  };

  it.each([
    ['Endpoints', endpoints],
    ['a ConfigMap', configMap('lock')],
  ])('names leader election in %s', (_, draft) => {
    expect(findings(elected(draft, 120, 2))).toMatchObject([
      {
        pattern: 'endpoints-election',
        confidence: 'high',
        subject: { group: '', name: draft.metadata.name },
        fields: ['/metadata/annotations/control-plane.alpha.kubernetes.io~1leader'],
        writers: [{ name: 'cilium-operator' }],
      },
    ]);
  });

  it('leaves other annotations to annotation-heartbeat', () => {
    expect(findings(elected(endpoints, 120, 2, 'example.com/seen')).map(({ pattern }) => pattern)).toEqual([
      'annotation-heartbeat',
    ]);
  });

  it('stays silent on Endpoints whose addresses change, on a burst, and on a Lease', () => {
    const record = recording();
    const made = record.create(endpoints, 'kube-controller-manager');
    const lease = record.create(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'lock', namespace: 'shop' }, spec: {} },
      'cilium-operator',
    );
    for (let i = 0; i < 120; i++) {
      record.wait(2);
      record.patch(made, 'kube-controller-manager', {
        subsets: [{ addresses: [{ ip: `10.0.${i}.1` }], ports: [{ port: 80 }] }],
      });
      record.patch(lease, 'cilium-operator', { spec: { renewTime: `${rfc3339(record.now()).slice(0, 19)}.000000Z` } });
    }
    expect(findings(record)).toEqual([]);
    expect(findings(elected(endpoints, 20, 2))).toEqual([]);
  });
});

describe('endpointslice-flap', () => {
  const controller = 'kube-controller-manager';
  const endpoint = (i: number, ready: boolean, name = `web-1-${i}`): JsonObject => ({
    addresses: [`10.0.0.${i}`],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: 'Pod', namespace: 'shop', name },
  });

  function slices(record: Recording, times: number, seconds: number, at: (i: number) => readonly Json[]): Recording {
    const made = record.create(
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: 'web-abc12',
          namespace: 'shop',
          generation: 1,
          labels: { 'kubernetes.io/service-name': 'web' },
        },
        addressType: 'IPv4',
        endpoints: [],
        ports: [],
      },
      controller,
    );
    for (let i = 0; i < times; i++) {
      record.wait(seconds);
      record.patch(made, controller, { endpoints: at(i) });
    }
    return record;
  }

  it('names the slice and the endpoint that turns ready and unready', () => {
    const record = slices(recording(), 60, 5, (i) => [endpoint(1, true), endpoint(2, i % 2 === 0)]);
    expect(findings(record)).toMatchObject([
      {
        pattern: 'endpointslice-flap',
        subject: { group: 'discovery.k8s.io', resource: 'endpointslices', namespace: 'shop', name: 'web-abc12' },
        fields: ['/endpoints/addresses=10.0.0.2/conditions/ready'],
        writers: [{ name: controller }],
        evidence: { endpoints: 1, service: 'web' },
      },
    ]);
  });

  it('counts it to the workload whose pods restart', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'helm');
    const one = record.create(pod('web-1-2', web), controller);
    const kubelet = { manager: 'kubelet', subresource: 'status' };
    const made = record.create(
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'web-abc12', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        endpoints: [],
        ports: [],
      },
      controller,
    );
    for (let i = 0; i < 60; i++) {
      record.wait(5);
      const ready = i % 2 === 0;
      record.patch(one, kubelet, {
        status: {
          phase: 'Running',
          containerStatuses: [{ name: 'web', ready, restartCount: Math.floor(i / 2), image: '', imageID: '' }],
        },
      });
      record.patch(made, controller, { endpoints: [endpoint(2, ready, 'web-1-2')] });
    }
    expect(findings(record)).toMatchObject([
      {
        pattern: 'pod-restart-storm',
        subject: { name: 'web' },
        consequences: [{ resource: 'endpointslices', writes: 61 }, { resource: 'deployments' }],
      },
    ]);
  });

  it.each<[string, Recording]>([
    ['a rollout: endpoints come and go', slices(recording(), 60, 5, (i) => [endpoint(i % 250, true)])],
    ['a slow flap', slices(recording(), 20, 20, (i) => [endpoint(1, i % 2 === 0)])],
    [
      'an address that pod after pod is given, each turning ready once',
      slices(recording(), 90, 3, (i) => [[], [endpoint(1, false)], [endpoint(1, true)]][i % 3] ?? []),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });
});
