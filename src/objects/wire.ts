/** Thrown inside objects/ only: `decodeObject` turns it into encoding `unknown`. */
export class MalformedValue extends Error {}

const utf8 = new TextDecoder();
/** Reads protobuf from a slice of bytes. Every length is checked against the slice before anything is made of it. */
export class WireReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Unsigned, exact up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new MalformedValue('varint');
  }

  /** int32 and int64: negative numbers come as ten bytes of two's complement. */
  signed(): number {
    const start = this.at;
    const value = this.varint();
    if (this.at - start < 10) return value;
    let big = 0n;
    for (let i = start; i < this.at; i++) big |= BigInt(this.bytes[i]! & 0x7f) << BigInt(7 * (i - start));
    return Number(BigInt.asIntN(64, big));
  }

  double(): number {
    const at = this.take(8);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  /** A reader of the length-delimited message at hand; this one moves behind it. */
  message(): WireReader {
    const size = this.varint();
    const at = this.take(size);
    return new WireReader(this.bytes, at, at + size);
  }

  /** A view, not a copy. */
  slice(): Uint8Array {
    const size = this.varint();
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }

  string(): string {
    const size = this.varint();
    const at = this.take(size);
    return text(this.bytes, at, at + size);
  }

  skip(wireType: number): void {
    if (wireType === 2) this.take(this.varint());
    else if (wireType === 0) this.varint();
    else if (wireType === 1) this.take(8);
    else if (wireType === 5) this.take(4);
    else throw new MalformedValue('wire type');
  }

  /** Moves on by that many bytes and returns where they start. */
  private take(size: number): number {
    const at = this.at;
    if (size > this.end - at) throw new MalformedValue('length');
    this.at = at + size;
    return at;
  }
}

/** UTF-8; short ASCII, which most is, without the decoder's call overhead. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  const size = end - start;
  if (size > 24) return utf8.decode(bytes.subarray(start, end));
  let out = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return utf8.decode(bytes.subarray(start, end));
    out += String.fromCharCode(byte);
  }
  return out;
}
