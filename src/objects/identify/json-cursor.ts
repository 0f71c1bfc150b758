import { MalformedValue } from '../wire.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const openList = 0x5b;
const closeObject = 0x7d;
const closeList = 0x5d;

/**
 * Walks compact JSON (no white space, as the API server writes it) member by member without making objects. Throws
 * MalformedValue on anything else, white space included.
 */
export class JsonCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Of the member at hand: its name without quotes. */
  nameStart = 0;
  nameEnd = 0;

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Steps into the object at hand. */
  enterObject(): void {
    this.#expect(openObject);
  }

  /** Steps into the list at hand; false where another value stands there. */
  enterList(): boolean {
    if (this.bytes[this.at] !== openList) return false;
    this.at++;
    return true;
  }

  /** Moves to the value of the object's next member; false behind its last. */
  nextMember(): boolean {
    if (!this.#nextIn(closeObject)) return false;
    this.nameStart = this.at + 1;
    this.#skipString();
    this.nameEnd = this.at - 1;
    this.#expect(colon);
    return true;
  }

  /** Moves to the list's next item; false behind its last. */
  nextItem(): boolean {
    return this.#nextIn(closeList);
  }

  isNamed(name: Uint8Array): boolean {
    return this.nameEnd - this.nameStart === name.length && this.nameStartsWith(name);
  }

  nameStartsWith(prefix: Uint8Array): boolean {
    for (let i = 0; i < prefix.length; i++) if (this.bytes[this.nameStart + i] !== prefix[i]) return false;
    return true;
  }

  /** Moves behind the value at hand. */
  skip(): void {
    const { bytes, end } = this;
    if (bytes[this.at] === quote) return this.#skipString();
    let depth = 0;
    for (; this.at < end; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === quote) {
        this.#skipString();
        this.at--;
      } else if (byte === openObject || byte === openList) depth++;
      else if (byte === closeObject || byte === closeList) {
        if (depth === 0) return;
        if (--depth === 0) return void this.at++;
      } else if (byte === comma && depth === 0) return;
    }
    throw new MalformedValue('JSON ends early');
  }

  #nextIn(close: number): boolean {
    const byte = this.bytes[this.at];
    if (byte === close && this.at < this.end) {
      this.at++;
      return false;
    }
    // A comma stands between two, and none before the first, which follows the opening bracket.
    if (byte === comma) this.at++;
    return true;
  }

  #skipString(): void {
    this.#expect(quote);
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    this.at = at;
    this.#expect(quote);
  }

  #expect(byte: number): void {
    if (this.at >= this.end || this.bytes[this.at] !== byte) throw new MalformedValue('JSON');
    this.at++;
  }
}
