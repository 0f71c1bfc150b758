import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ObjectRef } from '../../../src/model/resource.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { refId } from '../../../src/model/resource.ts';
import { createSpelledIdentifier } from './identifier.ts';
import { encodeObject } from '../../incidents/encode.ts';

const owner = (kind: string, name: string, more: JsonObject = {}) => ({
  apiVersion: kind === 'Service' || kind === 'Node' ? 'v1' : 'apps/v1',
  kind,
  name,
  uid: `uid-${name}`,
  ...more,
});

const cases: readonly [what: string, object: JsonObject, about: ObjectRef | undefined][] = [
  [
    'an Event is about what it involves, by its own namespace',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'a', name: 'p', uid: 'u', apiVersion: 'v1' },
      reason: 'BackOff',
    },
    { group: '', kind: 'Pod', namespace: 'a', name: 'p', uid: 'u' },
  ],
  [
    'an Event about a Node has no namespace to name',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Node', name: 'n' },
    },
    { group: '', kind: 'Node', name: 'n' },
  ],
  [
    "Kyverno's Event on a policy is about the object that violated it",
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'ClusterPolicy', name: 'p', apiVersion: 'kyverno.io/v1' },
      related: { kind: 'Pod', namespace: 'a', name: 'p', uid: 'u', apiVersion: 'v1' },
      reason: 'PolicyViolation',
    },
    { group: '', kind: 'Pod', namespace: 'a', name: 'p', uid: 'u' },
  ],
  [
    'an Event of others is about what it involves, not what that is related to',
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'a' },
      involvedObject: { kind: 'Pod', namespace: 'a', name: 'p', apiVersion: 'v1' },
      related: { kind: 'Node', name: 'n', apiVersion: 'v1' },
    },
    { group: '', kind: 'Pod', namespace: 'a', name: 'p' },
  ],
  [
    'a pod is about its controller, not its first owner',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'a',
        ownerReferences: [owner('Other', 'o'), owner('ReplicaSet', 'rs', { controller: true })],
      },
    },
    { group: 'apps', kind: 'ReplicaSet', namespace: 'a', name: 'rs', uid: 'uid-rs' },
  ],
  [
    'without a controller the first owner counts',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'a', ownerReferences: [owner('Widget', 'w'), owner('Widget', 'v')] },
    },
    { group: 'apps', kind: 'Widget', namespace: 'a', name: 'w', uid: 'uid-w' },
  ],
  [
    'the Lease of a node is about nothing',
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'n', namespace: 'kube-node-lease', ownerReferences: [owner('Node', 'n')] },
      spec: {},
    },
    undefined,
  ],
  [
    'an EndpointSlice is about its Service, by owner',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 's-1', namespace: 'a', ownerReferences: [owner('Service', 's', { controller: true })] },
      addressType: 'IPv4',
      endpoints: null,
      ports: null,
    },
    { group: '', kind: 'Service', namespace: 'a', name: 's', uid: 'uid-s' },
  ],
  [
    'or by label where it has no owner',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 's-1', namespace: 'a', labels: { x: 'y', 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: null,
      ports: null,
    },
    { group: '', kind: 'Service', namespace: 'a', name: 's' },
  ],
  [
    'Endpoints are about the Service of their name',
    { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 's', namespace: 'a' } },
    { group: '', kind: 'Service', namespace: 'a', name: 's' },
  ],
  [
    'the API server keeps Endpoints of its own, about nothing',
    { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: '10.0.0.1' } },
    undefined,
  ],
  [
    'an ephemeral report is about what it judged, by labels of a background scan',
    {
      apiVersion: 'reports.kyverno.io/v1',
      kind: 'EphemeralReport',
      metadata: {
        name: 'x-1',
        namespace: 'a',
        labels: {
          'audit.kyverno.io/resource.group': 'batch',
          'audit.kyverno.io/resource.kind': 'Job',
          'audit.kyverno.io/resource.uid': 'u',
        },
        annotations: { 'audit.kyverno.io/resource.name': 'j', 'audit.kyverno.io/resource.namespace': 'a' },
      },
    },
    { group: 'batch', kind: 'Job', namespace: 'a', name: 'j', uid: 'u' },
  ],
  [
    'or by those of an admission',
    {
      apiVersion: 'kyverno.io/v1alpha2',
      kind: 'ClusterAdmissionReport',
      metadata: {
        name: 'x-1',
        labels: {
          'audit.kyverno.io/resource.gvr': 'deployments.v1.apps',
          'audit.kyverno.io/resource.kind': 'Deployment',
          'audit.kyverno.io/resource.uid': 'u',
        },
        annotations: { 'audit.kyverno.io/resource.name': 'd', 'audit.kyverno.io/resource.namespace': 'a' },
      },
    },
    { group: 'apps', kind: 'Deployment', namespace: 'a', name: 'd', uid: 'u' },
  ],
  [
    'a policy report without an owner is about its scope',
    {
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: { name: 'r', namespace: 'a' },
      results: [{ policy: 'p"{' }],
      scope: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'p', uid: 'u' },
    },
    { group: '', kind: 'Pod', namespace: 'a', name: 'p', uid: 'u' },
  ],
  [
    'what a vCluster synced is about the Service that owns it on the host',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'c-x-a-x-v',
        namespace: 'h',
        annotations: { 'vcluster.loft.sh/object-name': 'c' },
        ownerReferences: [owner('Service', 'v')],
      },
    },
    { group: '', kind: 'Service', namespace: 'h', name: 'v', uid: 'uid-v' },
  ],
  [
    'a Deployment stands for itself',
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'a' } },
    undefined,
  ],
];

describe('what an object is about', () => {
  it.each(cases)('%s', (_, object, about) => {
    expect(decodeObject(encodeObject(object), '/registry/x/y/z').about).toEqual(about);
  });

  it.each(cases)('is found without decoding: %s', (_, object, about) => {
    for (const value of [
      encodeObject(object),
      new TextEncoder().encode(JSON.stringify(object)),
      new TextEncoder().encode(JSON.stringify(object, null, 2)),
    ]) {
      const identity = createSpelledIdentifier().identify(value, 0, value.length, '/registry/x');
      expect(identity.about && refId(identity.about)).toBe(about && refId(about));
    }
  });
});
