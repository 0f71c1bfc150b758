import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { createIdentifier } from '../../../src/objects/identify.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { encodeObject } from '../../incidents/encode.ts';

const utf8 = new TextEncoder();
const time = '2026-01-02T03:04:05Z';

const metadata: JsonObject = {
  name: 'a',
  namespace: 'b',
  creationTimestamp: time,
  labels: { 'audit.kyverno.io/resource.kind': 'Pod', 'kubernetes.io/service-name': 's' },
  annotations: { 'audit.kyverno.io/resource.name': 'web' },
  ownerReferences: [
    { apiVersion: 'v1', controller: true, kind: 'Pod', name: 'p' },
    { apiVersion: 'v1', kind: 'Pod', name: 'q' },
  ],
  managedFields: [{ manager: 'm', subresource: 'status', time, fieldsV1: { 'f:a': {} } }],
};

const report = {
  apiVersion: 'wgpolicyk8s.io/v1alpha2',
  kind: 'PolicyReport',
  metadata: { name: 'a', namespace: 'b', labels: {}, uid: 'u' },
  scope: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: 'b' },
};
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'b' },
  involvedObject: { apiVersion: 'kyverno.io/v1', kind: 'Policy', name: 'p', namespace: 'b' },
  related: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: 'b' },
  source: { component: 'kubelet' },
  series: { count: 1, lastObservedTime: '2026-01-02T03:04:05.000000Z' },
  lastTimestamp: time,
};
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec: { renewTime: event.series.lastObservedTime },
};
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata,
  addressType: 'IPv4',
  endpoints: null,
  ports: null,
};

const inJson = (object: JsonObject): Uint8Array => utf8.encode(JSON.stringify(object));

/** A value read so often that it must be for ever: each byte is looked at a few times, for each name it might be. */
const readsPerByte = 100;

/** Bytes that end who reads them without end. */
function counted(bytes: Uint8Array): { value: Uint8Array; reads: () => number } {
  let reads = 0;
  const value = new Proxy(bytes, {
    get(target, name): unknown {
      if (++reads > readsPerByte * target.length) throw new Error('read without end');
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  return { value, reads: () => reads };
}

describe('a value with one flipped bit, wherever it is', () => {
  it.each<[string, Uint8Array]>([
    [
      'JSON with all that is looked at',
      inJson({ apiVersion: 'reports.kyverno.io/v1', kind: 'EphemeralReport', metadata }),
    ],
    ['JSON with a scope', inJson(report)],
    ['JSON that is read whole', inJson(event)],
    ['protobuf of an Event', encodeObject(event)],
    ['protobuf of a Lease', encodeObject(lease)],
    ['protobuf of an EndpointSlice', encodeObject(slice)],
  ])('is read to an end: %s', (_, whole) => {
    const identifier = createIdentifier(createKeyTable(1));
    const bytes = Uint8Array.from(whole);
    const endless: string[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >>> 3;
      bytes[at]! ^= 1 << (bit & 7);
      const { value, reads } = counted(bytes);
      identifier.identify(value, 0, value.length, '/registry/x');
      if (reads() > readsPerByte * bytes.length) endless.push(`bit ${bit & 7} of byte ${at}`);
      bytes[at] = whole[at]!;
    }
    expect(endless).toEqual([]);
  });
});
