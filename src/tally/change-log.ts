import type { KeyId, Revision } from '../model/write.ts';

/** One change: which key, when, and where its value lies (see WriteBatch). */
export interface LoggedChange {
  key: KeyId;
  revision: Revision;
  /** Place within its transaction. */
  sub: number;
  handle: number;
  pairSize: number;
}

/**
 * Changes in the order they were met, 5 to 10 bytes each, ready to be moved to another thread: the scan meets neighbours
 * one after the other, so each is written as its difference to the one before.
 */
export interface ChangeLog {
  readonly count: number;
  /** The changes that begin in a chunk end in it; behind them lie zeros. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  /** How many changes each chunk holds. */
  readonly counts: readonly number[];
}

/** One number that orders changes: the revision, and behind the point the place within its transaction. */
export function position(revision: Revision, sub: number): number {
  return revision + Math.min(sub, 4095) / 4096;
}

const chunkSize = 1 << 18;
/** Five numbers of at most eight bytes each. */
const longestChange = 40;

/** As a reader and a writer have it before the first change. */
const nothing = (): LoggedChange => ({ key: -1, revision: 0, sub: 0, handle: 0, pairSize: 0 });

export function createChangeLog() {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const counts: number[] = [];
  let count = 0;
  let chunk = new Uint8Array(0);
  let at = 0;
  const last = nothing();
  let newest = -1;

  return {
    append(key: KeyId, revision: Revision, sub: number, handle: number, pairSize: number): void {
      if (at + longestChange > chunk.length) {
        chunks.push((chunk = new Uint8Array(chunkSize)));
        counts.push(0);
        at = 0;
      }
      // A key that was never met before is the next number.
      at = writeNumber(chunk, at, signed(newest + 1 - key));
      at = writeNumber(chunk, at, signed(revision - last.revision) * 2 + (sub === 0 ? 0 : 1));
      if (sub !== 0) at = writeNumber(chunk, at, sub);
      // bbolt writes the pairs of a page one behind the other.
      at = writeNumber(chunk, at, signed(handle - last.handle - last.pairSize));
      at = writeNumber(chunk, at, pairSize);
      newest = Math.max(newest, key);
      last.revision = revision;
      last.handle = handle;
      last.pairSize = pairSize;
      counts[counts.length - 1]!++;
      count++;
    },
    result: (): ChangeLog => ({ count, chunks, counts }),
  };
}

/** Calls `visit` for each change in order, with an object that is the same each time. */
export function forEachChange({ chunks, counts }: ChangeLog, visit: (change: LoggedChange) => void): void {
  const change = nothing();
  let newest = -1;
  chunks.forEach((bytes, i) => {
    const from = { bytes, at: 0 };
    for (let left = counts[i]!; left > 0; left--) {
      change.key = newest + 1 - unsigned(readNumber(from));
      newest = Math.max(newest, change.key);
      const step = readNumber(from);
      change.revision += unsigned(Math.floor(step / 2));
      change.sub = step % 2 === 0 ? 0 : readNumber(from);
      change.handle += change.pairSize + unsigned(readNumber(from));
      change.pairSize = readNumber(from);
      visit(change);
    }
  });
}

/** Seven bits a byte, the lowest first. */
function readNumber(from: { readonly bytes: Uint8Array; at: number }): number {
  const { bytes } = from;
  let byte = bytes[from.at++]!;
  let value = byte & 0x7f;
  for (let scale = 128; byte >= 0x80; scale *= 128) {
    byte = bytes[from.at++]!;
    value += (byte & 0x7f) * scale;
  }
  return value;
}

function writeNumber(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into[at++] = (rest % 0x80) | 0x80;
  into[at++] = rest;
  return at;
}

/** Small numbers of either sign as small numbers from 0 on. */
const signed = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unsigned = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
