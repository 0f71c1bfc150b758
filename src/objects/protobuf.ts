import type { Json, JsonObject } from '../model/json.ts';
import { parseShallow } from './depth.ts';
import { isMutableList, isMutableObject, put, type MutableObject } from './put.ts';
import * as scalars from './scalars.ts';
import { messageType, type Field, type MessageType, type Scalar, type Shape } from './schema.ts';
import { unknownField } from './unknown-field.ts';
import { MalformedValue, text, type WireReader } from './wire.ts';
import { fillAbsent, zeroOf } from './zero.ts';

/**
 * Reads a message as the JSON the API would show. Field numbers the schema does not know become keys like `#17`.
 * Throws MalformedValue when the bytes are no protobuf of that type.
 */
export function readMessage(reader: WireReader, type: MessageType, into: MutableObject = {}): JsonObject {
  while (reader.at < reader.end) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    const wireType = tag & 7;
    const field = type.byNumber[number];
    if (field) readField(reader, wireType, field, into);
    else unknownField(reader, number, wireType, into);
  }
  fillAbsent(type, into);
  return into;
}

function readField(reader: WireReader, wireType: number, field: Field, into: MutableObject): void {
  const { shape, name } = field;
  if (shape.is === 'list') {
    const list = listIn(into, name);
    // Packed numbers: proto3 writers use it, and protobuf obliges every reader to accept both.
    if (wireType === 2 && isVarint(shape.of)) {
      const packed = reader.message();
      while (packed.at < packed.end) list.push(readValue(packed, 0, shape.of));
    } else list.push(readValue(reader, wireType, shape.of));
    return;
  }
  if (shape.is === 'map') return readEntry(reader, wireType, shape.of, mapIn(into, name));
  if (shape.is === 'message' && name === '') {
    expect(wireType, 2);
    readMessage(reader.message(), messageType(shape.type), into);
    return;
  }
  const value = readValue(reader, wireType, shape);
  if (field.mode === '~' && isZero(value)) return;
  put(into, name, value);
}

function readEntry(reader: WireReader, wireType: number, of: Shape, into: MutableObject): void {
  expect(wireType, 2);
  const entry = reader.message();
  let key = '';
  let value: Json | undefined;
  while (entry.at < entry.end) {
    const tag = entry.varint();
    if (tag === 0x0a) key = entry.string();
    else if (tag >> 3 === 2) value = readValue(entry, tag & 7, of);
    else entry.skip(tag & 7);
  }
  put(into, key, value ?? zeroOf(of));
}

function readValue(reader: WireReader, wireType: number, shape: Shape): Json {
  if (shape.is === 'scalar') return readScalar(reader, wireType, shape.scalar);
  expect(wireType, 2);
  if (shape.is === 'message') return readMessage(reader.message(), messageType(shape.type));
  throw new MalformedValue('a list of lists has no wire format');
}

function readScalar(reader: WireReader, wireType: number, scalar: Scalar): Json {
  expect(wireType, scalar === 'i' || scalar === 'b' ? 0 : scalar === 'd' ? 1 : 2);
  switch (scalar) {
    case 's':
      return reader.string();
    case 'i':
      return reader.signed();
    case 'b':
      return reader.varint() !== 0;
    case 'd':
      return reader.double();
    case 'y':
      return scalars.toBase64(reader.slice());
    case 't':
      return scalars.readTime(reader.message());
    case 'T':
      return scalars.readMicroTime(reader.message());
    case 'q':
      return scalars.readQuantity(reader.message());
    case 'I':
      return scalars.readIntOrString(reader.message());
    case 'L':
      return scalars.readItems(reader.message());
    case 'D':
      return scalars.readDuration(reader.message());
    case 'R':
      return readRaw(reader.message(), parseShallow);
    case 'F':
      return readRaw(reader.message(), parseFieldSet);
  }
}

/** Field sets recur from revision to revision, and are the largest part of many objects: each is parsed once while it is among the last. */
const fieldSets = new Map<string, Json | undefined>();
const fieldSetsKept = 256;

function parseFieldSet(json: string): Json | undefined {
  const known = fieldSets.get(json);
  if (known !== undefined) return known;
  const parsed = parseShallow(json);
  if (fieldSets.size >= fieldSetsKept) fieldSets.clear();
  fieldSets.set(json, parsed);
  return parsed;
}

/** JSON in bytes; what is no JSON (a RawExtension may hold anything) is shown as base64. */
function readRaw(reader: WireReader, parse: (json: string) => Json | undefined): Json {
  const bytes = scalars.readOnlyField(reader);
  if (!bytes || bytes.length === 0) return null;
  return parse(text(bytes, 0, bytes.length)) ?? scalars.toBase64(bytes);
}

function listIn(into: MutableObject, name: string): Json[] {
  const known = into[name];
  if (isMutableList(known)) return known;
  const list: Json[] = [];
  put(into, name, list);
  return list;
}

function mapIn(into: MutableObject, name: string): MutableObject {
  const known = into[name];
  if (isMutableObject(known)) return known;
  const map: MutableObject = {};
  put(into, name, map);
  return map;
}

function isVarint(shape: Shape): boolean {
  return shape.is === 'scalar' && (shape.scalar === 'i' || shape.scalar === 'b');
}

function isZero(value: Json): boolean {
  return value === null || value === '' || value === 0 || value === false;
}

function expect(wireType: number, wanted: number): void {
  if (wireType !== wanted) throw new MalformedValue('wire type');
}
