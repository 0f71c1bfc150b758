import type { Json } from '../model/json.ts';
import { MalformedValue, text, type WireReader } from './wire.ts';

/** metav1.Time: seconds = 1; the zero time is an empty message and null in JSON. Nanoseconds are dropped, as the API does. */
export function readTime(reader: WireReader): Json {
  const empty = reader.at === reader.end;
  const { seconds } = readTimestamp(reader);
  return empty ? null : isoSeconds(seconds);
}

/** metav1.MicroTime: as Time, to the microsecond. */
export function readMicroTime(reader: WireReader): Json {
  const empty = reader.at === reader.end;
  const { seconds, nanos } = readTimestamp(reader);
  if (empty) return null;
  const micros = String(Math.trunc(nanos / 1000)).padStart(6, '0');
  return `${isoSeconds(seconds).slice(0, -1)}.${micros}Z`;
}

function readTimestamp(reader: WireReader): { seconds: number; nanos: number } {
  let seconds = 0;
  let nanos = 0;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x08) seconds = reader.signed();
    else if (tag === 0x10) nanos = reader.signed();
    else reader.skip(tag & 7);
  }
  return { seconds, nanos };
}

function isoSeconds(seconds: number): string {
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime())) throw new MalformedValue('time');
  return `${at.toISOString().slice(0, -5)}Z`;
}

/** A message whose only field is a string or bytes with number 1: Quantity, RawExtension, FieldsV1. */
export function readOnlyField(reader: WireReader): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x0a) found = reader.slice();
    else reader.skip(tag & 7);
  }
  return found;
}

export function readQuantity(reader: WireReader): string {
  const bytes = readOnlyField(reader);
  return bytes && bytes.length > 0 ? text(bytes, 0, bytes.length) : '0';
}

/** type = 1 (0: integer, 1: string), intVal = 2, strVal = 3. */
export function readIntOrString(reader: WireReader): Json {
  let isString = false;
  let int = 0;
  let string = '';
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x08) isString = reader.varint() === 1;
    else if (tag === 0x10) int = reader.signed();
    else if (tag === 0x1a) string = reader.string();
    else reader.skip(tag & 7);
  }
  return isString ? string : int;
}

/** ExtraValue, Verbs: `repeated string items = 1` in a message of its own. */
export function readItems(reader: WireReader): string[] | null {
  const items: string[] = [];
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x0a) items.push(reader.string());
    else reader.skip(tag & 7);
  }
  return items.length > 0 ? items : null;
}

/** metav1.Duration: nanoseconds = 1, shown as Go does (`1h30m0s`). */
export function readDuration(reader: WireReader): string {
  let nanos = 0;
  while (reader.at < reader.end) {
    const tag = reader.varint();
    if (tag === 0x08) nanos = reader.signed();
    else reader.skip(tag & 7);
  }
  return goDuration(nanos);
}

function goDuration(nanos: number): string {
  if (nanos === 0) return '0s';
  const sign = nanos < 0 ? '-' : '';
  const n = Math.abs(nanos);
  if (n < 1e3) return `${sign}${n}ns`;
  if (n < 1e6) return `${sign}${n / 1e3}µs`;
  if (n < 1e9) return `${sign}${n / 1e6}ms`;
  const hours = Math.floor(n / 3600e9);
  const minutes = Math.floor((n % 3600e9) / 60e9);
  const seconds = `${(n % 60e9) / 1e9}s`;
  return sign + (hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '') + seconds;
}

const base64 = new Uint8Array(64).map((_, i) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i),
);
const ascii = new TextDecoder('latin1');

/** Standard base64 with padding, as encoding/json shows bytes. */
export function toBase64(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(0x3d);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[at] = base64[word >> 18]!;
    out[at + 1] = base64[(word >> 12) & 63]!;
    if (left > 1) out[at + 2] = base64[(word >> 6) & 63]!;
    if (left > 2) out[at + 3] = base64[word & 63]!;
    at += 4;
  }
  return ascii.decode(out);
}
