import type { Json } from '../model/json.ts';
import { put, type MutableObject } from './put.ts';
import { toBase64 } from './scalars.ts';
import { MalformedValue, type WireReader } from './wire.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

/** Shows a field of a later or older Kubernetes as `#17`: text where it is text, else base64; a list when repeated. */
export function unknownField(reader: WireReader, number: number, wireType: number, into: MutableObject): void {
  if (number === 0 || number > 0x1fffffff) throw new MalformedValue('field number');
  const name = `#${number}`;
  const value = readUnknown(reader, wireType);
  const before = into[name];
  if (before === undefined) put(into, name, value);
  else if (Array.isArray(before)) before.push(value);
  else put(into, name, [before, value]);
}

function readUnknown(reader: WireReader, wireType: number): Json {
  if (wireType === 0) return reader.signed();
  if (wireType === 1) return reader.double();
  if (wireType !== 2) {
    const at = reader.at;
    reader.skip(wireType);
    return toBase64(reader.bytes.subarray(at, reader.at));
  }
  const bytes = reader.slice();
  return asText(bytes) ?? toBase64(bytes);
}

/** Printable UTF-8 only: a nested message often happens to be valid UTF-8 too. */
function asText(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x0a && byte !== 0x09)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
