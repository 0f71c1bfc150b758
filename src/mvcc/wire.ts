/** Varint of a protobuf message; `at` moves behind it. Exact up to 2^53, which no revision or length reaches. */
export interface WireCursor {
  at: number;
}

export function readVarint(bytes: Uint8Array, cursor: WireCursor, end: number): number {
  let { at } = cursor;
  let number = 0;
  let scale = 1;
  for (let byte = 0x80; byte >= 0x80 && at < end; scale *= 128) {
    byte = bytes[at++]!;
    number += (byte & 0x7f) * scale;
  }
  cursor.at = at;
  return number;
}

/** Steps over a field whose tag has been read; ends the message where the field is damaged. */
export function skipField(bytes: Uint8Array, cursor: WireCursor, end: number, tag: number): void {
  const wireType = tag & 7;
  if (wireType === 0) readVarint(bytes, cursor, end);
  else if (wireType === 2) {
    const size = readVarint(bytes, cursor, end);
    cursor.at = Math.min(end, cursor.at + size);
  } else cursor.at = wireType === 1 ? cursor.at + 8 : wireType === 5 ? cursor.at + 4 : end;
}

/** Field 3 of etcdserverpb.ResponseHeader: the store's revision when it answered. */
export function headerRevision(bytes: Uint8Array, at: number, end: number): number {
  const cursor = { at };
  while (cursor.at < end) {
    const tag = readVarint(bytes, cursor, end);
    if (tag === 0x18) return readVarint(bytes, cursor, end);
    skipField(bytes, cursor, end, tag);
  }
  return 0;
}
