import { decode, type TagDecodeControl } from 'cborg';
import type { Json } from '../model/json.ts';
import { maxDepth } from './depth.ts';
import { put, type MutableObject } from './put.ts';
import { toBase64 } from './scalars.ts';

/** Tag 55799, "this is CBOR", which the API server puts before every stored value. */
export const selfDescribed = [0xd9, 0xd9, 0xf7] as const;

const utf8 = new TextDecoder();

/**
 * A value in CBOR as JSON. Kubernetes writes strings and map keys as byte strings, and real bytes under tag 22, whose
 * JSON is base64 (KEP-4222). Throws on what is no CBOR.
 */
export function readCbor(bytes: Uint8Array): Json {
  const tags = { 55799: (inner: TagDecodeControl) => inner(), 22: bytesOf };
  return toJson(decode(bytes, { useMaps: true, tags }), maxDepth);
}

function bytesOf(inner: TagDecodeControl): unknown {
  const value: unknown = inner();
  return value instanceof Uint8Array ? toBase64(value) : value;
}

/** With null for what lies deeper than so many levels. */
function toJson(value: unknown, levels: number): Json {
  if (value instanceof Uint8Array) return utf8.decode(value);
  if (typeof value === 'bigint') return Number(value);
  if (levels > 0 && Array.isArray(value)) return value.map((item) => toJson(item, levels - 1));
  if (levels > 0 && value instanceof Map) {
    const object: MutableObject = {};
    for (const [key, item] of value) put(object, nameOf(key), toJson(item, levels - 1));
    return object;
  }
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  return null;
}

function nameOf(key: unknown): string {
  return key instanceof Uint8Array ? utf8.decode(key) : String(key);
}
