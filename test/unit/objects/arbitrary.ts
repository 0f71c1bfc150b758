import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import {
  messageOfKind,
  messageType,
  storedKinds,
  type MessageType,
  type Scalar,
  type Shape,
} from '../../../src/objects/schema.ts';
import { zeroOf } from '../../../src/objects/zero.ts';

/** Objects of the depth Kubernetes has, without -0, which JSON cannot write. */
export const anyObject = fc
  .dictionary(
    fc.constantFrom('metadata', 'spec', 'status', 'data', 'a', '__proto__'),
    fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
    { maxKeys: 4 },
  )
  .map((object): JsonObject => JSON.parse(JSON.stringify(object)));

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const instant = fc.integer({ min: 1, max: 4_000_000_000 });

const scalars = {
  s: text,
  y: fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  b: fc.constant(true),
  i: fc.oneof(fc.integer(), fc.maxSafeInteger()).filter((n) => n !== 0),
  d: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => n !== 0),
  t: instant.map((seconds) => new Date(seconds * 1000).toISOString().replace('.000', '')),
  T: fc
    .tuple(instant, fc.nat(999_999))
    .map(
      ([seconds, micros]) =>
        `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${String(micros).padStart(6, '0')}Z`,
    ),
  q: fc.constantFrom('0', '100m', '1Gi'),
  I: fc.oneof(fc.integer(), fc.constantFrom('http', '25%', '')),
  R: fc.constantFrom({ a: [1, null] }, [], 'x', 5),
  F: fc.constant({ 'f:spec': { 'k:{"name":"ü"}': {} } }),
  D: fc.constant('0s'),
  L: fc.array(text, { minLength: 1, maxLength: 2 }),
} satisfies Record<Scalar, fc.Arbitrary<Json>>;

/** Values other than Go's zero, which may be stored without being shown. */
function valueOf(shape: Shape, depth: number): fc.Arbitrary<Json> {
  switch (shape.is) {
    case 'scalar':
      return scalars[shape.scalar];
    case 'message':
      return messageOf(messageType(shape.type), depth - 1);
    case 'list':
      return fc.array(valueOf(shape.of, depth), { minLength: 1, maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.oneof(text, fc.constant('__proto__')), valueOf(shape.of, depth), {
        minKeys: 1,
        maxKeys: 2,
      });
  }
}

/** Objects of a type as the API shows them: required fields always, of the others a few. Below `depth` only what is required. */
function messageOf(type: MessageType, depth: number): fc.Arbitrary<JsonObject> {
  const fields = type.fields.map((field): fc.Arbitrary<JsonObject> => {
    const { name, mode, shape } = field;
    const nothing = fc.constant<JsonObject>({});
    if (name === '' && shape.is === 'message') {
      const inner = messageOf(messageType(shape.type), depth);
      return mode === '!' ? inner : fc.oneof({ weight: 3, arbitrary: nothing }, { weight: 1, arbitrary: inner });
    }
    const zero = fc.constant<JsonObject>({ [name]: mode === '^' ? null : zeroOf(shape) });
    const absent = mode === '!' || mode === '^' ? zero : nothing;
    if (depth <= 0) return absent;
    return fc.oneof(
      { weight: 3, arbitrary: absent },
      { weight: 1, arbitrary: valueOf(shape, depth).map((value) => ({ [name]: value })) },
    );
  });
  return fc.tuple(...fields).map((parts) => Object.assign({}, ...parts));
}

/** Any built-in object that is stored as protobuf. */
export const storedObject = fc.constantFrom(...storedKinds).chain((id) => {
  const slash = id.lastIndexOf('/');
  const [apiVersion, kind] = [id.slice(0, slash), id.slice(slash + 1)];
  const type = messageOfKind(apiVersion, kind)!;
  return messageOf(type, 4).map((object): JsonObject => ({ kind, apiVersion, ...object }));
});
