import type { Millis } from '../../model/write.ts';
import { millisOf } from '../metadata.ts';
import { MalformedValue, text } from '../wire.ts';
import { rfc3339 } from './rfc3339.ts';
import type { Span } from './references.ts';
import type { Texts } from './texts.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const openList = 0x5b;
const closeObject = 0x7d;
const closeList = 0x5d;
const letterT = 0x74;

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
  readonly #span: Span = { start: 0, end: 0 };

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
    const { bytes, nameStart } = this;
    if (this.nameEnd - nameStart !== name.length) return false;
    // Names that share a long beginning differ at their end.
    for (let i = name.length - 1; i >= 0; i--) if (bytes[nameStart + i] !== name[i]) return false;
    return true;
  }

  /** The string at hand, between its quotes. Throws MalformedValue on another value and on one with escapes. */
  span(into: Span): void {
    const start = this.at + 1;
    this.#skipString();
    const end = this.at - 1;
    for (let i = start; i < end; i++) if (this.bytes[i] === backslash) throw new MalformedValue('escape');
    into.start = start;
    into.end = end;
  }

  /** As `span`. */
  text(texts: Texts): string {
    this.span(this.#span);
    return texts.text(this.bytes, this.#span.start, this.#span.end);
  }

  /** The time at hand; undefined where it is none. */
  moment(): Millis | undefined {
    if (this.bytes[this.at] !== quote) {
      this.skip();
      return undefined;
    }
    this.span(this.#span);
    const { start, end } = this.#span;
    return rfc3339(this.bytes, start, end) ?? millisOf(text(this.bytes, start, end));
  }

  isTrue(): boolean {
    const says = this.bytes[this.at] === letterT;
    this.skip();
    return says;
  }

  /** Moves behind the value at hand: where none stands, whoever asks for the next one would ask without end. */
  skip(): void {
    const { bytes, at: start, end } = this;
    if (bytes[start] === quote) return this.#skipString();
    let depth = 0;
    for (; this.at < end; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === quote) {
        this.#skipString();
        this.at--;
      } else if (byte === openObject || byte === openList) depth++;
      else if (byte === closeObject || byte === closeList) {
        if (depth === 0) break;
        if (--depth === 0) return void this.at++;
      } else if (byte === comma && depth === 0) break;
    }
    if (this.at >= end || this.at === start) throw new MalformedValue('JSON without a value');
  }

  #nextIn(close: number): boolean {
    const byte = this.bytes[this.at];
    if (byte === close && this.at < this.end) {
      this.at++;
      return false;
    }
    // A comma stands between two, and none before the first, which follows the opening bracket.
    const before = this.bytes[this.at - 1];
    if (before !== openObject && before !== openList) this.#expect(comma);
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
