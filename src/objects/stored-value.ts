import type { JsonObject } from '../model/json.ts';
import type { Encoding } from '../model/object.ts';
import { readCbor, selfDescribed } from './cbor.ts';
import { parseShallow } from './depth.ts';
import { isObject } from './json-text.ts';
import { readMessage } from './protobuf.ts';
import { withReadDefaults } from './read-defaults.ts';
import { messageOfKind, messageType, type MessageType } from './schema.ts';
import { text, WireReader } from './wire.ts';

/** What the API server puts before protobuf (apimachinery runtime/serializer/protobuf, `k8s\0`). */
const protobufMagic = [0x6b, 0x38, 0x73, 0x00] as const;
/** `k8s:enc:`, then the provider's name (apiserver storage/value/encrypt). */
const encryptedMagic = [0x6b, 0x38, 0x73, 0x3a, 0x65, 0x6e, 0x63, 0x3a] as const;

/** How a value is stored, from its first bytes alone. */
export function encodingOf(bytes: Uint8Array, start = 0, end = bytes.length): Encoding {
  if (startsWith(bytes, start, end, protobufMagic)) return 'protobuf';
  if (bytes[start] === 0x7b && start < end) return 'json';
  if (startsWith(bytes, start, end, selfDescribed)) return 'cbor';
  if (startsWith(bytes, start, end, encryptedMagic)) return 'encrypted';
  return 'unknown';
}

function startsWith(bytes: Uint8Array, start: number, end: number, magic: readonly number[]): boolean {
  if (end - start < magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[start + i] !== magic[i]) return false;
  return true;
}

/** The object as the API shows it, cut below `maxDepth`; undefined where the value is not readable as what it claims to be. */
export function readStored(value: Uint8Array, encoding: Encoding): JsonObject | undefined {
  try {
    const body = readAs(value, encoding);
    return isObject(body) ? body : undefined;
  } catch {
    // Whatever a damaged value makes the readers trip over (lengths, UTF-8, nesting), there is no object in it.
    return undefined;
  }
}

function readAs(value: Uint8Array, encoding: Encoding) {
  if (encoding === 'protobuf') return readUnknown(new WireReader(value, protobufMagic.length, value.length));
  if (encoding === 'json') return parseShallow(text(value, 0, value.length));
  if (encoding === 'cbor') return readCbor(value);
  return undefined;
}

/** runtime.Unknown: typeMeta = 1 (apiVersion = 1, kind = 2), raw = 2. */
function readUnknown(reader: WireReader): JsonObject {
  let apiVersion = '';
  let kind = '';
  let raw: WireReader | undefined;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x0a) ({ apiVersion, kind } = readTypeMeta(reader.message()));
    else if (tag === 0x12) raw = reader.message();
    else reader.skip(tag & 7);
  }
  const body = { kind, apiVersion };
  return raw ? withReadDefaults(readMessage(raw, messageOfKind(apiVersion, kind) ?? kindNotKnown(), body)) : body;
}

function readTypeMeta(reader: WireReader): { apiVersion: string; kind: string } {
  let apiVersion = '';
  let kind = '';
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x0a) apiVersion = reader.string();
    else if (tag === 0x12) kind = reader.string();
    else reader.skip(tag & 7);
  }
  return { apiVersion, kind };
}

/** Every kind keeps its metadata in field 1; the rest of one we do not know stays numbers (`#2`). */
function kindNotKnown(): MessageType {
  const [metadata] = messageType('core/v1.Pod').fields;
  return metadata
    ? { byNumber: [undefined, metadata], fields: [metadata], required: [] }
    : { byNumber: [], fields: [], required: [] };
}
