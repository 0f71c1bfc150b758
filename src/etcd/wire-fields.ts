/** Fields of the protobuf messages we send. A tag is the field's number * 8 + 0 for a number, 2 for bytes. */

const none = Buffer.alloc(0);

export function bytesField(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(tag, ...varint(BigInt(bytes.length))), bytes]);
}

/** proto3 leaves out a zero. */
export function numberField(tag: number, value: number): Buffer {
  return idField(tag, String(value));
}

/** A decimal number that may exceed 2^53, as ids do. */
export function idField(tag: number, decimal: string): Buffer {
  const value = BigInt(decimal);
  return value === 0n ? none : Buffer.from([tag, ...varint(value)]);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}
