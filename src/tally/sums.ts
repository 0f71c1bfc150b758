import type { Counts } from '../model/counts.ts';
import type { Revision } from '../model/write.ts';
import { firstRevision, lastRevision, type KeyColumns } from './key-columns.ts';
import { valueAt } from './packed.ts';
import { remainderOf } from './remainder.ts';

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts of many keys, what of them compaction left of older times, and the window they were written in. */
export type Sum = Writable<Counts> & {
  remainder?: Writable<Counts>;
  firstRevision: Revision;
  lastRevision: Revision;
};

export function noCounts(): Sum {
  return { ...nothing(), firstRevision: Infinity, lastRevision: 0 };
}

export function addKey(sum: Sum, columns: KeyColumns, local: number, compactRevision: Revision): void {
  const last = lastRevision(columns, local);
  const first = Math.min(firstRevision(columns, local), last);
  sum.firstRevision = Math.min(sum.firstRevision, first);
  sum.lastRevision = Math.max(sum.lastRevision, last);
  const key = {
    writes: valueAt(columns.writes, local),
    creates: valueAt(columns.creates, local),
    deletes: valueAt(columns.deletes, local),
    bytes: valueAt(columns.bytes, local),
  };
  plus(sum, key);
  if (first > compactRevision) return;
  plus((sum.remainder ??= nothing()), last > compactRevision ? remainderOf(key, columns.live[local] === 1) : key);
}

export function addCounts(into: Sum, counts: Sum): void {
  into.firstRevision = Math.min(into.firstRevision, counts.firstRevision);
  into.lastRevision = Math.max(into.lastRevision, counts.lastRevision);
  plus(into, counts);
  if (counts.remainder) plus((into.remainder ??= nothing()), counts.remainder);
}

function nothing(): Writable<Counts> {
  return { writes: 0, creates: 0, deletes: 0, bytes: 0 };
}

function plus(into: Writable<Counts>, { writes, creates, deletes, bytes }: Counts): void {
  into.writes += writes;
  into.creates += creates;
  into.deletes += deletes;
  into.bytes += bytes;
}

/** Most writes first; among equals by name, so that the order never depends on threads. */
export function byWrites<T extends { readonly writes: number }>(nameOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.writes - a.writes || (nameOf(a) < nameOf(b) ? -1 : 1);
}
