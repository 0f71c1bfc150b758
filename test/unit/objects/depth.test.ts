import { describe, expect, it } from '@jest/globals';
import { encode, Tagged } from 'cborg';
import { buildHistory } from '../../../src/history/build-history.ts';
import { ownsField } from '../../../src/history/field-ownership.ts';
import type { Json } from '../../../src/model/json.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { maxDepth, parseShallow } from '../../../src/objects/depth.ts';
import { isObject } from '../../../src/objects/json-text.ts';
import { encodeObject } from '../../incidents/encode.ts';

const utf8 = new TextEncoder();

/** `{"f:a":{"f:a": ... {} }}`, as text: made of objects, it could not be written as JSON. */
const nested = (levels: number): string => `${'{"f:a":'.repeat(levels)}{}${'}'.repeat(levels)}`;

/** Walks without a stack. */
function depthOf(value: Json | undefined): number {
  let depth = 0;
  for (let level: Json[] = [value ?? null]; level.length > 0; depth++)
    level = level.flatMap((each) => (Array.isArray(each) ? each : isObject(each) ? Object.values(each) : []));
  return depth;
}

const widget = (spec: string, managedFields = '[]'): Uint8Array =>
  utf8.encode(
    `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"managedFields":${managedFields},"name":"w"},"spec":${spec}}`,
  );
const decoded = (value: Uint8Array) => decodeObject(value, '/registry/example.com/widgets/n/w', 'salt');

describe('a value nested deeper than any object', () => {
  it('keeps what lies above the deepest level that is read, and shows null below', () => {
    expect(parseShallow(`[1,${nested(3)}]`)).toEqual([1, { 'f:a': { 'f:a': { 'f:a': {} } } }]);
    expect(depthOf(parseShallow(nested(maxDepth - 1)))).toBe(maxDepth);
    expect(parseShallow(nested(maxDepth - 1))).toEqual(JSON.parse(nested(maxDepth - 1)));
    expect(depthOf(parseShallow(nested(maxDepth)))).toBe(maxDepth + 1);
    expect(depthOf(parseShallow(`[{"a":${'['.repeat(5_000)}${']'.repeat(5_000)},"__proto__":1}]`))).toBe(maxDepth + 1);
    expect(parseShallow('{')).toBeUndefined();
  });

  const deepFields = `[{"manager":"m","fieldsV1":${nested(5_000)}}]`;
  const revision = encodeObject({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: 'r' },
    data: JSON.parse(nested(1_000)),
    revision: 1,
  });
  const inCbor = encode(
    new Tagged(55799, { kind: 'Widget', apiVersion: 'example.com/v1', spec: JSON.parse(nested(500)) }),
  );
  it.each<[string, Uint8Array]>([
    ['in JSON', widget(nested(5_000))],
    ['in JSON, by its field sets', widget('{}', deepFields)],
    ['in protobuf', revision],
    ['in CBOR', inCbor],
  ])('can be given to another thread: %s', (_, value) => {
    const object = decoded(value);
    expect(object.encoding).not.toBe('unknown');
    expect(depthOf(object.body)).toBeLessThan(maxDepth + 10);
    expect(depthOf(object.managedFields[0]?.fields)).toBeLessThan(maxDepth + 10);
    expect(structuredClone(object)).toEqual(object);
  });

  it('is hidden like any other where it is a Secret', () => {
    const secret = `{"apiVersion":"v1","kind":"Secret","data":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    expect(decodeObject(utf8.encode(secret), '/registry/secrets/n/s', 'salt').body['data']).toEqual({
      x: expect.stringMatching(/^redacted:/),
    });
  });

  it('is followed from writer to writer by its field sets', () => {
    const by = (manager: string) =>
      decoded(
        widget(
          '{}',
          `[{"manager":"${manager}","operation":"Apply","time":"2026-05-01T10:00:00Z","fieldsV1":${nested(9_000)}}]`,
        ),
      );
    const observations = ['a', 'b', 'a'].map((manager, i) => ({ key: 1, revision: i + 1, object: by(manager) }));
    expect(buildHistory(observations).ownership).toMatchObject({ moves: 2, returns: 1 });
  });

  it('is no item of a list by a key that nests', () => {
    const key = `k:{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(ownsField({ [key]: {} }, '/name=web')).toBe(false);
  });
});
