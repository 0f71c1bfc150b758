import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/model/json.ts';
import { refId } from '../../../src/model/resource.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { createIdentifier } from '../../../src/objects/identify.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { createSpelledIdentifier } from './identifier.ts';
import { rfc3339 } from '../../../src/objects/identify/rfc3339.ts';
import { tags } from '../../../src/objects/identify/tags.ts';
import { messageType } from '../../../src/objects/schema.ts';
import { encodeObject } from '../../incidents/encode.ts';
import { storedObject } from './arbitrary.ts';

const utf8 = new TextEncoder();
const managed = (manager: string, time: string, subresource?: string) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: {},
  ...(subresource ? { subresource } : {}),
});

function pod(name: string, managedFields: JsonObject[]): JsonObject {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u', controller: true }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'a', creationTimestamp: '2026-01-02T03:04:00Z', ownerReferences, managedFields },
  };
}

/** Both encodings a value can have, in the middle of a larger buffer as a page of the file is. */
function inPages(object: JsonObject): Uint8Array[] {
  return [encodeObject(object), utf8.encode(`${JSON.stringify(object)}\n`)].map((value) =>
    Uint8Array.from([9, 9, 9, ...value, 9, 9]),
  );
}

function identified(page: Uint8Array, identifier = createSpelledIdentifier()) {
  return { ...identifier.identify(page, 3, page.length - 5, '/registry/x') };
}

describe('identifying a value', () => {
  it('names the manager of the newest managedFields entry and its subresource', () => {
    for (const page of inPages(
      pod('p', [managed('kubelet', '2026-01-02T03:04:09Z', 'status'), managed('kcm', '2026-01-02T03:04:05Z')]),
    ))
      expect(identified(page)).toMatchObject({
        manager: 'kubelet',
        subresource: 'status',
        at: Date.parse('2026-01-02T03:04:09Z'),
      });
  });

  it('takes the last of several entries within one second', () => {
    const second = '2026-01-02T03:04:05Z';
    for (const page of inPages(pod('p', [managed('first', second, 'status'), managed('last', second)])))
      expect(identified(page)).toMatchObject({ manager: 'last', subresource: undefined });
  });

  it('names reporter, reason and kind of an Event, old style or new', () => {
    const event = (rest: JsonObject): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'a', managedFields: [managed('some-client', '2026-01-02T03:04:05Z')] },
      involvedObject: { kind: 'Pod', namespace: 'a', name: 'p' },
      reason: 'BackOff',
      ...rest,
    });
    for (const page of inPages(event({ source: { component: 'kubelet' }, lastTimestamp: '2026-01-02T04:00:00Z' })))
      expect(identified(page)).toMatchObject({
        manager: 'kubelet',
        event: { reporter: 'kubelet', reason: 'BackOff', kind: 'Pod' },
        at: Date.parse('2026-01-02T04:00:00Z'),
      });
    for (const page of inPages(event({ source: {}, reportingComponent: 'kyverno-admission' })))
      expect(identified(page)).toMatchObject({ manager: 'kyverno-admission' });
    for (const page of inPages(event({ source: {} })))
      expect(identified(page)).toMatchObject({ manager: 'some-client' });
  });

  it("counts Kyverno's Event on a policy to the object that violated it, by the kind of the policy", () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { apiVersion: 'policies.kyverno.io/v1', kind: 'ValidatingPolicy', name: 'p' },
      related: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'web' },
      reportingComponent: 'kyverno-scan',
      reason: 'PolicyViolation',
    };
    for (const page of inPages(event))
      expect(identified(page)).toMatchObject({
        about: { kind: 'Pod', namespace: 'a', name: 'web' },
        event: { kind: 'ValidatingPolicy' },
      });
  });

  it('reads an Event that was stored as of events.k8s.io, too', () => {
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'a' },
      regarding: { kind: 'Pod', namespace: 'a', name: 'p' },
      reason: 'BackOff',
      reportingController: 'kubelet',
    };
    for (const page of inPages(event))
      expect(identified(page)).toMatchObject({
        about: { kind: 'Pod', namespace: 'a', name: 'p' },
        event: { reporter: 'kubelet', reason: 'BackOff', kind: 'Pod' },
      });
  });

  it('takes the renewal of a Lease for its moment', () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'a', creationTimestamp: '2026-01-02T03:04:00Z' },
      spec: { renewTime: '2026-01-02T03:05:00.000000Z' },
    };
    const [protobuf] = inPages(lease);
    expect(identified(protobuf!).at).toBe(Date.parse('2026-01-02T03:05:00Z'));
  });

  it('gives one number for one reference, from whichever encoding and object it came', () => {
    const identifier = createIdentifier(createKeyTable(1));
    const refs = [...inPages(pod('p', [])), ...inPages(pod('q', []))].map(
      (page) => identifier.identify(page, 3, page.length - 5, '/registry/x').about,
    );
    expect(refs[0]).toBeGreaterThan(0);
    expect(new Set(refs).size).toBe(1);
  });

  it('does not take the same owner bytes in another namespace for the same owner', () => {
    const identifier = createSpelledIdentifier();
    const other: JsonObject = {
      ...pod('p', []),
      metadata: { ...(pod('p', [])['metadata'] as JsonObject), namespace: 'b' },
    };
    const [here, there] = [inPages(pod('p', []))[0]!, inPages(other)[0]!].map(
      (page) => identified(page, identifier).about,
    );
    expect([here?.namespace, there?.namespace]).toEqual(['a', 'b']);
  });

  it('leaves nothing of one value in the next', () => {
    const identifier = createSpelledIdentifier();
    identified(inPages(pod('p', [managed('kubelet', '2026-01-02T03:04:09Z', 'status')]))[0]!, identifier);
    expect(
      identified(inPages({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } })[0]!, identifier),
    ).toEqual({
      encoding: 'protobuf',
      about: undefined,
      manager: undefined,
      subresource: undefined,
      event: undefined,
      at: undefined,
    });
  });

  it('agrees with decoding, whatever the object', () => {
    const identifier = createSpelledIdentifier();
    fc.assert(
      fc.property(storedObject, (object) => {
        for (const value of [encodeObject(object), utf8.encode(JSON.stringify(object))]) {
          const { about, managedFields } = decodeObject(value, '/registry/x/y');
          const identity = identifier.identify(value, 0, value.length, '/registry/x');
          expect(identity.about && refId(identity.about)).toBe(about && refId(about));
          if (object['kind'] !== 'Event')
            expect(managedFields.map(({ manager }) => manager || undefined)).toEqual(
              managedFields.length === 0 ? [] : expect.arrayContaining([identity.manager]),
            );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads no vCluster mapping as an object', () => {
    const value = utf8.encode(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"ownerReferences":[{"kind":"X","name":"y"}]}}',
    );
    expect(createSpelledIdentifier().identify(value, 0, value.length, '/vcluster/mappings')).toMatchObject({
      encoding: 'json',
      about: undefined,
    });
  });
});

describe('a moment in RFC 3339', () => {
  it('is read from its bytes as Date.parse reads its text, or left to it', () => {
    const moment = fc.date({ min: new Date('1969-01-01'), max: new Date('2400-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (date) => {
        const written = utf8.encode(`"${date.toISOString().slice(0, 19)}Z"`);
        const read = rfc3339(written, 1, written.length - 1);
        if (date.getUTCFullYear() >= 1970 && date.getUTCDate() <= 28) expect(read).toBeDefined();
        if (read !== undefined) expect(read).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '2026-13-02T03:04:05Z',
    '2026-01-02T03:04:05+',
    '2026-01-02 03:04:05Z',
    '2026-01-02T24:04:05Z',
    '20x6-01-02T03:04:05Z',
  ])('is none in %s', (text) => {
    expect(rfc3339(utf8.encode(text), 0, text.length)).toBeUndefined();
  });
});

describe('the tags read without the schema', () => {
  it.each([
    ['core/v1.Event', { metadata: tags.object.metadata, ...tags.event }],
    [
      'events/v1.Event',
      {
        regarding: tags.newEvent.involvedObject,
        reason: tags.newEvent.reason,
        deprecatedSource: tags.newEvent.source,
        deprecatedLastTimestamp: tags.newEvent.lastTimestamp,
        eventTime: tags.newEvent.eventTime,
        series: tags.newEvent.series,
        related: tags.newEvent.related,
        reportingController: tags.newEvent.reportingComponent,
      },
    ],
    ['meta/v1.ObjectMeta', tags.metadata],
    ['meta/v1.OwnerReference', tags.owner],
    ['meta/v1.ManagedFieldsEntry', tags.managedFields],
    ['core/v1.ObjectReference', tags.objectReference],
    ['core/v1.EventSource', tags.source],
    ['core/v1.EventSeries', tags.series],
    ['coordination/v1.Lease', tags.lease],
    ['coordination/v1.LeaseSpec', tags.leaseSpec],
  ])('are those of %s', (type, expected) => {
    const { fields } = messageType(type);
    const isVarint = (name: string) => name === 'controller';
    for (const [name, tag] of Object.entries(expected)) {
      expect({ name, tag }).toEqual({
        name,
        tag: (fields.find((field) => field.name === name)?.number ?? NaN) * 8 + (isVarint(name) ? 0 : 2),
      });
    }
  });
});
