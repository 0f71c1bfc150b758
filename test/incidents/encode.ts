import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../../src/model/json.ts';
import {
  messageOfKind,
  messageType,
  type Field,
  type MessageType,
  type Scalar,
  type Shape,
} from '../../src/objects/schema.ts';
import { BackwardWriter } from './backward-writer.ts';

const magic = [0x6b, 0x38, 0x73, 0x00];
const writer = new BackwardWriter();

/**
 * API JSON as the API server stores it: protobuf in runtime.Unknown for built-in kinds, JSON for the rest. Throws on a
 * field that no stored type has.
 */
export function encodeObject(object: JsonObject): Uint8Array {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new TypeError('an object needs apiVersion and kind');
  const type = messageOfKind(apiVersion, kind);
  if (!type) return Buffer.from(`${JSON.stringify(object)}\n`);
  writer.take();
  for (const empty of [4, 3]) writer.delimited(empty, () => {});
  writer.delimited(2, () => writeMessage(object, type, new Set(['apiVersion', 'kind'])));
  writer.delimited(1, () => {
    writer.delimited(2, () => writer.text(kind));
    writer.delimited(1, () => writer.text(apiVersion));
  });
  writer.bytes(magic);
  return writer.take();
}

interface Layout {
  /** Highest number first, as they are written. */
  readonly fields: readonly Field[];
  /** JSON names, those of inlined messages included. */
  readonly names: ReadonlySet<string>;
}
const layouts = new Map<MessageType, Layout>();

function layoutOf(type: MessageType): Layout {
  let layout = layouts.get(type);
  if (!layout) {
    layout = {
      fields: type.fields.toSorted((x, y) => y.number - x.number),
      names: new Set(type.fields.flatMap(namesOf)),
    };
    layouts.set(type, layout);
  }
  return layout;
}

function namesOf({ name, shape }: Field): readonly string[] {
  return name === '' && shape.is === 'message' ? messageType(shape.type).fields.flatMap(namesOf) : [name];
}

/** @param others names besides the type's own; left out within an inlined message, which sees its parent's fields */
function writeMessage(object: JsonObject, type: MessageType, others?: ReadonlySet<string>): void {
  const { fields, names } = layoutOf(type);
  if (others)
    for (const name of Object.keys(object)) if (!names.has(name) && !others.has(name)) throw unknownName(name);
  for (const field of fields) writeField(object, field);
}

function unknownName(name: string): TypeError {
  return new TypeError(`no stored field is called ${name}`);
}

const noOthers: ReadonlySet<string> = new Set();

function writeField(object: JsonObject, { number, name, mode, shape }: Field): void {
  if (name === '' && shape.is === 'message') return writeInlined(object, number, mode, messageType(shape.type));
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value !== undefined && value !== null) return writeRepeated(number, value, shape);
  if (mode === '!' || (mode === '~' && shape.is === 'scalar' && shape.scalar !== 'y')) writeZero(number, shape);
}

function writeInlined(object: JsonObject, number: number, mode: string, type: MessageType): void {
  const { names } = layoutOf(type);
  if (mode === '?' && !Object.keys(object).some((name) => names.has(name))) return;
  writer.delimited(number, () => writeMessage(object, type));
}

function writeRepeated(number: number, value: Json, shape: Shape): void {
  if (shape.is === 'list') for (const item of (value as Json[]).toReversed()) writeValue(number, item, shape.of);
  else if (shape.is === 'map') {
    for (const [key, item] of Object.entries(value as JsonObject).toReversed())
      writer.delimited(number, () => {
        writeValue(2, item, shape.of);
        writer.delimited(1, () => writer.text(key));
      });
  } else writeValue(number, value, shape);
}

/** Go writes what is no pointer even when it is zero. */
function writeZero(number: number, shape: Shape): void {
  if (shape.is === 'message') writer.delimited(number, () => writeMessage({}, messageType(shape.type), noOthers));
  else if (shape.is === 'scalar') writeScalar(number, zeros[shape.scalar], shape.scalar);
}

const zeros = {
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
  D: null,
  L: [],
} satisfies Record<Scalar, Json>;

function writeValue(number: number, value: Json, shape: Shape): void {
  if (shape.is === 'message')
    writer.delimited(number, () => writeMessage((value ?? {}) as JsonObject, messageType(shape.type), noOthers));
  else if (shape.is === 'scalar') writeScalar(number, value, shape.scalar);
  else throw new TypeError('a list of lists has no wire format');
}

function writeScalar(number: number, value: Json, scalar: Scalar): void {
  switch (scalar) {
    case 'i':
    case 'b':
      writer.varint(Number(value));
      return writer.tag(number, 0);
    case 'd':
      writer.double(value as number);
      return writer.tag(number, 1);
    default:
      writer.delimited(number, () => writeContent(value, scalar));
  }
}

function writeContent(value: Json, scalar: Exclude<Scalar, 'i' | 'b' | 'd'>): void {
  switch (scalar) {
    case 's':
      return writer.text(value as string);
    case 'y':
      return writer.bytes(Buffer.from((value ?? '') as string, 'base64'));
    case 't':
    case 'T':
      return value === null ? undefined : writeTime(value as string, scalar === 'T');
    case 'q':
      return writer.delimited(1, () => writer.text(value as string));
    case 'I':
      writer.delimited(3, () => writer.text(typeof value === 'string' ? value : ''));
      writeNumber(2, typeof value === 'number' ? value : 0);
      return writeNumber(1, typeof value === 'string' ? 1 : 0);
    case 'R':
    case 'F':
      return value === null ? undefined : writer.delimited(1, () => writer.text(JSON.stringify(value)));
    case 'L':
      for (const item of ((value ?? []) as string[]).toReversed()) writer.delimited(1, () => writer.text(item));
      return;
    case 'D':
      throw new TypeError('no stored kind holds a Duration');
  }
}

function writeTime(value: string, micros: boolean): void {
  const [, fraction = ''] = /\.(\d+)Z$/.exec(value) ?? [];
  writeNumber(2, micros ? Number(fraction.padEnd(9, '0').slice(0, 9)) : 0);
  writeNumber(1, Math.floor(Date.parse(value) / 1000));
}

function writeNumber(number: number, value: number): void {
  writer.varint(value);
  writer.tag(number, 0);
}
