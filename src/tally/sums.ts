import type { Counts } from '../model/counts.ts';
import type { Revision } from '../model/write.ts';
import { firstRevision, lastRevision, type KeyColumns } from './key-columns.ts';
import { valueAt } from './packed.ts';
import { remainderOf } from './remainder.ts';

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts of many keys, what of them compaction left of older times, and the window they were written in. */
export type Sum = Writable<Counts> & {
  remainder: Writable<Counts> | undefined;
  firstRevision: Revision;
  lastRevision: Revision;
};

export function noCounts(): Sum {
  return {
    writes: 0,
    creates: 0,
    deletes: 0,
    bytes: 0,
    remainder: undefined,
    firstRevision: Infinity,
    lastRevision: 0,
  };
}

export function addKey(sum: Sum, columns: KeyColumns, local: number, compactRevision: Revision): void {
  const last = lastRevision(columns, local);
  const first = Math.min(firstRevision(columns, local), last);
  sum.firstRevision = Math.min(sum.firstRevision, first);
  sum.lastRevision = Math.max(sum.lastRevision, last);
  const writes = valueAt(columns.writes, local);
  const creates = valueAt(columns.creates, local);
  const deletes = valueAt(columns.deletes, local);
  const bytes = valueAt(columns.bytes, local);
  sum.writes += writes;
  sum.creates += creates;
  sum.deletes += deletes;
  sum.bytes += bytes;
  if (first > compactRevision) return;
  const counts = { writes, creates, deletes, bytes };
  addRemainder(
    (sum.remainder ??= nothing()),
    last <= compactRevision ? counts : remainderOf(counts, columns.live[local] === 1),
  );
}

export function addCounts(into: Sum, counts: Sum): void {
  into.firstRevision = Math.min(into.firstRevision, counts.firstRevision);
  into.lastRevision = Math.max(into.lastRevision, counts.lastRevision);
  into.writes += counts.writes;
  into.creates += counts.creates;
  into.deletes += counts.deletes;
  into.bytes += counts.bytes;
  if (counts.remainder) addRemainder((into.remainder ??= nothing()), counts.remainder);
}

function nothing(): Writable<Counts> {
  return { writes: 0, creates: 0, deletes: 0, bytes: 0 };
}

/** Millions of keys pass here, and one function for all shapes of sums would take twice as long. */
function addRemainder(into: Writable<Counts>, { writes, creates, deletes, bytes }: Counts): void {
  into.writes += writes;
  into.creates += creates;
  into.deletes += deletes;
  into.bytes += bytes;
}

/** Most writes first; among equals by name, so that the order never depends on threads. */
export function byWrites<T extends { readonly writes: number }>(nameOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.writes - a.writes || (nameOf(a) < nameOf(b) ? -1 : 1);
}
