import type { Encoding } from '../model/object.ts';
import type { Revision } from '../model/write.ts';
import { grown } from './column.ts';
import { addTo, copyPacked, growPacked, packed, setValue, valueAt, type Packed } from './packed.ts';

export const encodings = ['unknown', 'protobuf', 'json', 'cbor', 'encrypted'] as const satisfies readonly Encoding[];

/** What is counted of each key; index is the KeyId. Some 33 bytes a key, because there may be millions. */
export interface KeyColumns {
  writes: Packed;
  creates: Packed;
  deletes: Packed;
  bytes: Packed;
  maxBytes: Uint32Array<ArrayBuffer>;
  /** Of the first change that has a value and of the last change: read by `firstRevision` and `lastRevision`. */
  first: Packed;
  last: Packed;
  /** What `first` and `last` count from; undefined before the first change. */
  base: Revision | undefined;
  /** 1 where the last change left the key alive. */
  live: Uint8Array<ArrayBuffer>;
  prefix: Packed;
  /** As the first value says: 1 + index in `abouts` and `actors`; 0 for none. */
  about: Uint32Array<ArrayBuffer>;
  actor: Packed;
  /** Index in `encodings`. */
  encoding: Uint8Array<ArrayBuffer>;
}

export function emptyColumns(length: number): KeyColumns {
  return {
    writes: packed(2, length),
    creates: packed(2, length),
    deletes: packed(2, length),
    bytes: packed(4, length),
    maxBytes: new Uint32Array(length),
    first: packed(4, length),
    last: packed(4, length),
    base: undefined,
    live: new Uint8Array(length),
    prefix: packed(2, length),
    about: new Uint32Array(length),
    actor: packed(2, length),
    encoding: new Uint8Array(length),
  };
}

const packedColumns = ['writes', 'creates', 'deletes', 'bytes', 'first', 'last', 'prefix', 'actor'] as const;

export function growColumns(columns: KeyColumns, length: number): void {
  for (const name of packedColumns) growPacked(columns[name], length);
  columns.maxBytes = grown(columns.maxBytes, length);
  columns.live = grown(columns.live, length);
  columns.about = grown(columns.about, length);
  columns.encoding = grown(columns.encoding, length);
}

/** Of the first `length` keys. */
export function copyColumns(columns: KeyColumns, length: number): KeyColumns {
  const copy = {
    ...columns,
    maxBytes: columns.maxBytes.slice(0, length),
    live: columns.live.slice(0, length),
    about: columns.about.slice(0, length),
    encoding: columns.encoding.slice(0, length),
  };
  for (const name of packedColumns) copy[name] = copyPacked(columns[name], length);
  return copy;
}

/** Infinity where no change of the key has a value. */
export function firstRevision(columns: KeyColumns, key: number): Revision {
  return revisionIn(columns, columns.first, key) ?? Infinity;
}

/** -1 before any change of the key. */
export function lastRevision(columns: KeyColumns, key: number): Revision {
  return revisionIn(columns, columns.last, key) ?? -1;
}

/** 0 is kept for none, so that what is not above the base moves down by one. */
function revisionIn({ base = 0 }: KeyColumns, column: Packed, key: number): Revision | undefined {
  const value = valueAt(column, key);
  if (value === 0) return undefined;
  return base + (value > 0 ? value : value + 1);
}

/** Revisions lie close to each other, so four bytes hold what is on either side of the first one met. */
const reach = 2 ** 31;

export function setRevision(columns: KeyColumns, name: 'first' | 'last', key: number, revision: Revision): void {
  columns.base ??= Math.max(0, revision - reach);
  const value = revision - columns.base;
  setValue(columns[name], key, value > 0 ? value : value - 1);
}

/** Adds what `from` counted of a key to what `into` did. What depends on order is decided by revisions, never by who came first. */
export function addColumns(into: KeyColumns, home: number, from: KeyColumns, local: number): void {
  addTo(into.writes, home, valueAt(from.writes, local));
  addTo(into.creates, home, valueAt(from.creates, local));
  addTo(into.deletes, home, valueAt(from.deletes, local));
  addTo(into.bytes, home, valueAt(from.bytes, local));
  into.maxBytes[home] = Math.max(into.maxBytes[home]!, from.maxBytes[local]!);
  const last = lastRevision(from, local);
  if (last > lastRevision(into, home)) {
    setRevision(into, 'last', home, last);
    into.live[home] = from.live[local]!;
  }
  const first = firstRevision(from, local);
  if (first < firstRevision(into, home)) {
    setRevision(into, 'first', home, first);
    into.encoding[home] = from.encoding[local]!;
    into.about[home] = from.about[local]!;
    setValue(into.actor, home, valueAt(from.actor, local));
  }
}

/** All memory of the columns that can be moved to another thread instead of being copied. */
export function buffersOfColumns(columns: KeyColumns): ArrayBuffer[] {
  const { maxBytes, live, about, encoding } = columns;
  return [...packedColumns.map((name) => columns[name].narrow), maxBytes, live, about, encoding].map(
    ({ buffer }) => buffer,
  );
}
