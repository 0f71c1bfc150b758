import { describe, expect, it } from '@jest/globals';
import { encode, Tagged } from 'cborg';
import fc from 'fast-check';
import type { Json } from '../../../src/model/json.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { createSpelledIdentifier } from './identifier.ts';
import { encodingOf, readStored } from '../../../src/objects/stored-value.ts';
import { encodeObject } from '../../incidents/encode.ts';
import { storedObject } from './arbitrary.ts';

const utf8 = new TextEncoder();

/** With what the API server adds when it reads; left out here, as the encoder would not store it. */
const addedOnRead = new Set<Json | undefined>(['PersistentVolumeClaim', 'StatefulSet']);
const asStored = storedObject.filter(({ kind }) => !addedOnRead.has(kind));

describe('a value in protobuf', () => {
  it('of any built-in kind is read as what was encoded', () => {
    fc.assert(
      fc.property(asStored, (object) => {
        expect(readStored(encodeObject(object), 'protobuf')).toEqual(object);
      }),
      { numRuns: 300 },
    );
  });

  it('shows fields of a later Kubernetes by their number', () => {
    const pod = encodeObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x' },
      spec: { containers: null },
      status: {},
    });
    const later = withRaw(pod, [
      ...tagged(90, 2),
      2,
      0x68,
      0x69,
      ...tagged(91, 0),
      5,
      ...tagged(91, 0),
      6,
      ...tagged(92, 2),
      1,
      0xff,
    ]);
    expect(decodeObject(later, '/registry/pods/a/x').body).toMatchObject({ '#90': 'hi', '#91': [5, 6], '#92': '/w==' });
  });

  it('of a kind no one knows still has its metadata', () => {
    const value = encodeObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', uid: 'u' },
      spec: { containers: null },
      status: {},
    });
    value.set(utf8.encode('Qod'), Buffer.from(value).indexOf('Pod'));
    expect(decodeObject(value, '/registry/pods/a/x')).toMatchObject({
      encoding: 'protobuf',
      kind: 'Qod',
      name: 'x',
      uid: 'u',
      body: { '#2': expect.any(String) },
    });
  });

  it('that is damaged anywhere is read, or is unknown, but never an error', () => {
    const identifier = createSpelledIdentifier();
    fc.assert(
      fc.property(
        storedObject,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (object, flips, cut) => {
          const value = encodeObject(object);
          for (const [at, byte] of flips) value[4 + (at % (value.length - 4))] = byte;
          const part = value.subarray(0, value.length - (cut % 3 === 0 ? cut % value.length : 0));
          expect(['protobuf', 'unknown']).toContain(decodeObject(part, '/registry/pods/a/x').encoding);
          expect(['protobuf', 'unknown']).toContain(
            identifier.identify(part, 0, part.length, '/registry/pods').encoding,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('that claims a length of gigabytes is refused without making room for it', () => {
    const value = Uint8Array.from([0x6b, 0x38, 0x73, 0, 0x12, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]);
    expect(decodeObject(value, '/registry/pods/a/x')).toMatchObject({
      encoding: 'unknown',
      group: '',
      kind: 'Pod',
      namespace: 'a',
      name: 'x',
      body: {},
    });
  });
});

describe('a value in CBOR', () => {
  const bytes = (text: string) => utf8.encode(text);

  it('is read with byte strings for text and tag 22 for bytes', () => {
    const inner = new Map<unknown, unknown>([
      [bytes('apiVersion'), bytes('example.com/v1')],
      [bytes('kind'), bytes('Widget')],
      [bytes('metadata'), new Map([[bytes('name'), bytes('ü')]])],
      [bytes('raw'), new Tagged(22, Uint8Array.of(1, 2, 255))],
      [bytes('list'), [1, -2, 1.5, true, null, bytes('x')]],
    ]);
    const value = encode(new Tagged(55799, inner));
    expect(decodeObject(value, '/registry/example.com/widgets/a/x')).toMatchObject({
      encoding: 'cbor',
      group: 'example.com',
      kind: 'Widget',
      name: 'ü',
      body: { raw: 'AQL/', list: [1, -2, 1.5, true, null, 'x'] },
    });
  });

  it('that is cut off is unknown', () => {
    expect(
      decodeObject(Uint8Array.of(0xd9, 0xd9, 0xf7, 0xbf, 0x41), '/registry/example.com/widgets/a/x').encoding,
    ).toBe('unknown');
  });
});

describe('the encoding of a value', () => {
  it.each<[string, string, string]>([
    ['encrypted', 'k8s:enc:aescbc:v1:key1:garbage', 'encrypted'],
    ['JSON', '{"kind":"Widget","apiVersion":"example.com/v1"}\n', 'json'],
    ['cut-off JSON', '{"kind":"Widget"', 'unknown'],
    ['a bare number', '12345', 'unknown'],
    ['nothing', '', 'unknown'],
  ])('%s', (_, stored, encoding) => {
    expect(decodeObject(utf8.encode(stored), '/registry/example.com/widgets/a/x').encoding).toBe(encoding);
  });

  it('is told from the first bytes alone, within their bounds', () => {
    expect(encodingOf(utf8.encode('xk8s:enc:'), 1, 5)).toBe('unknown');
    expect(encodingOf(utf8.encode('x{}'), 1, 3)).toBe('json');
    expect(encodingOf(utf8.encode('{'), 1, 1)).toBe('unknown');
  });

  it('of an encrypted Secret leaves what its key says', () => {
    expect(decodeObject(utf8.encode('k8s:enc:kms:v2:x'), '/registry/secrets/a/s')).toEqual({
      encoding: 'encrypted',
      group: '',
      kind: 'Secret',
      namespace: 'a',
      name: 's',
      labels: {},
      annotations: {},
      managedFields: [],
      body: {},
    } satisfies Record<string, Json>);
  });
});

function tagged(number: number, wireType: number): number[] {
  const tag = number * 8 + wireType;
  return tag < 128 ? [tag] : [(tag % 128) | 0x80, Math.floor(tag / 128)];
}

/** Puts more bytes behind the object within runtime.Unknown; good for values of 128 to 16,383 bytes. */
function withRaw(value: Uint8Array, more: readonly number[]): Uint8Array {
  const at = 4 + 2 + value[5]!;
  const wide = value[at + 1]! >= 128;
  const size = (wide ? (value[at + 1]! & 0x7f) + value[at + 2]! * 128 : value[at + 1]!) + more.length;
  const from = at + (wide ? 3 : 2);
  const raw = value.subarray(from, from + size - more.length);
  return Uint8Array.from([
    ...value.subarray(0, at),
    0x12,
    (size % 128) | 0x80,
    Math.floor(size / 128),
    ...raw,
    ...more,
  ]);
}
