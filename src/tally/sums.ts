import type { Counts } from '../model/counts.ts';
import type { Revision } from '../model/write.ts';
import { firstRevision, lastRevision, type KeyColumns } from './key-columns.ts';
import { valueAt } from './packed.ts';

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts of many keys and the window they were written in. */
export type Sum = Writable<Counts> & { firstRevision: Revision; lastRevision: Revision };

export function noCounts(): Sum {
  return { writes: 0, creates: 0, deletes: 0, bytes: 0, firstRevision: Infinity, lastRevision: 0 };
}

export function addKey(counts: Sum, columns: KeyColumns, local: number): void {
  const last = lastRevision(columns, local);
  counts.firstRevision = Math.min(counts.firstRevision, firstRevision(columns, local), last);
  counts.lastRevision = Math.max(counts.lastRevision, last);
  counts.writes += valueAt(columns.writes, local);
  counts.creates += valueAt(columns.creates, local);
  counts.deletes += valueAt(columns.deletes, local);
  counts.bytes += valueAt(columns.bytes, local);
}

export function addCounts(into: Sum, counts: Sum): void {
  into.firstRevision = Math.min(into.firstRevision, counts.firstRevision);
  into.lastRevision = Math.max(into.lastRevision, counts.lastRevision);
  into.writes += counts.writes;
  into.creates += counts.creates;
  into.deletes += counts.deletes;
  into.bytes += counts.bytes;
}

/** Most writes first; among equals by name, so that the order never depends on threads. */
export function byWrites<T extends { readonly writes: number }>(nameOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.writes - a.writes || (nameOf(a) < nameOf(b) ? -1 : 1);
}
