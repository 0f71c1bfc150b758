import { Buffer } from 'node:buffer';

/** Writes protobuf from its end, as gogo does: a length is then known when it has to be written. */
export class BackwardWriter {
  #bytes = Buffer.alloc(1 << 12);
  #at = this.#bytes.length;

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of what was written; the writer is empty afterwards. */
  take(): Uint8Array {
    const out = Uint8Array.prototype.slice.call(this.#bytes, this.#at);
    this.#at = this.#bytes.length;
    return out;
  }

  bytes(value: Uint8Array | readonly number[]): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#at -= size;
    this.#bytes.write(value, this.#at);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
  }

  varint(value: number): void {
    this.#reserve(10);
    if (value < 0) return this.#negative(value);
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    this.#at -= size;
    let rest = value;
    for (let i = 0; i < size - 1; i++) {
      this.#bytes[this.#at + i] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at + size - 1] = rest;
  }

  tag(number: number, wireType: number): void {
    this.varint(number * 8 + wireType);
  }

  /** Puts number and length before what `write` writes. */
  delimited(number: number, write: () => void): void {
    const before = this.size;
    write();
    this.varint(this.size - before);
    this.tag(number, 2);
  }

  /** Two's complement in ten bytes. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#at -= 10;
    for (let i = 0; i < 10; i++) {
      this.#bytes[this.#at + i] = Number(rest & 0x7fn) | (i < 9 ? 0x80 : 0);
      rest >>= 7n;
    }
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const larger = Buffer.alloc(this.#bytes.length * 2 + size);
    const written = this.size;
    larger.set(this.#bytes.subarray(this.#at), larger.length - written);
    this.#bytes = larger;
    this.#at = larger.length - written;
  }
}
