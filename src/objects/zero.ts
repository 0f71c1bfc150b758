import type { Json } from '../model/json.ts';
import { put, type MutableObject } from './put.ts';
import { messageType, type MessageType, type Scalar, type Shape } from './schema.ts';

/** Adds what Go's JSON shows for fields that were not stored: required strings as "", structs as {}, nil lists as null. */
export function fillAbsent(type: MessageType, into: MutableObject): void {
  for (const { mode, name, shape } of type.required) {
    if (Object.hasOwn(into, name)) continue;
    if (name === '') fillInlined(mode, shape, into);
    else put(into, name, mode === '^' ? null : zeroOf(shape));
  }
}

/** An embedded struct shows its own required fields; an embedded nil pointer shows nothing. */
function fillInlined(mode: string, shape: Shape, into: MutableObject): void {
  if (mode === '!' && shape.is === 'message') fillAbsent(messageType(shape.type), into);
}

/** The JSON of Go's zero value. */
export function zeroOf(shape: Shape): Json {
  if (shape.is === 'scalar') return zeroScalars[shape.scalar];
  if (shape.is !== 'message') return null;
  const object: MutableObject = {};
  fillAbsent(messageType(shape.type), object);
  return object;
}

const zeroScalars = {
  s: '',
  y: '',
  b: false,
  i: 0,
  d: 0,
  t: null,
  T: null,
  q: '0',
  I: 0,
  R: null,
  F: null,
  D: '0s',
  L: null,
} satisfies Record<Scalar, Json>;
