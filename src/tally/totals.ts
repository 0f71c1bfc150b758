import { parseKey } from '../objects/keys.ts';
import type { EventCount } from '../model/analysis.ts';
import type { Counts, PrefixCount, Totals, WriterCount } from '../model/counts.ts';
import type { Revision } from '../model/write.ts';
import { forEachKey, writerOf } from './key-counts.ts';
import type { MergedTally } from './merge-shards.ts';
import { encodings, type KeyColumns } from './shard-tally.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts of many keys and the window they were written in. */
export type Sum = Writable<Counts> & { firstRevision: Revision; lastRevision: Revision };

export function noCounts(): Sum {
  return { writes: 0, creates: 0, deletes: 0, bytes: 0, firstRevision: Infinity, lastRevision: 0 };
}

export function addKey(counts: Sum, columns: KeyColumns, local: number): void {
  const last = Math.floor(columns.last[local]!);
  counts.firstRevision = Math.min(counts.firstRevision, Math.floor(columns.first[local]!), last);
  counts.lastRevision = Math.max(counts.lastRevision, last);
  counts.writes += columns.writes[local]!;
  counts.creates += columns.creates[local]!;
  counts.deletes += columns.deletes[local]!;
  counts.bytes += columns.bytes[local]!;
}

export interface TalliedTotals {
  readonly totals: Totals;
  readonly prefixes: PrefixCount[];
  readonly writers: WriterCount[];
  readonly events: EventCount[];
  readonly undecoded: { readonly encrypted: number; readonly unknown: number };
}

/** Totals by prefix, writer and Event group. Every key is visited once. */
export function tallyTotals(tally: MergedTally): TalliedTotals {
  const all = { ...noCounts(), keys: 0 };
  const prefixes = tally.prefixes.map(() => ({ ...noCounts(), keys: 0, liveKeys: 0 }));
  const writers = tally.actors.map(() => ({ ...noCounts(), names: 0, byPrefix: new Map<number, number>() }));
  const events = new Map<string, Sum & Writable<EventCount>>();
  const undecoded = { encrypted: 0, unknown: 0 };
  forEachKey(tally, ({ tally: { columns }, keys }, local) => {
    all.keys++;
    addKey(all, columns, local);
    const prefix = columns.prefix[local]!;
    const counts = prefixes[prefix]!;
    counts.keys++;
    counts.liveKeys += columns.live[local]!;
    addKey(counts, columns, local);
    if (columns.first[local] !== Infinity) {
      const encoding = encodings[columns.encoding[local]!];
      if (encoding === 'encrypted' || encoding === 'unknown') undecoded[encoding]++;
    }
    const actor = columns.actor[local]!;
    if (actor === 0) return;
    const writer = writers[actor - 1]!;
    addKey(writer, columns, local);
    writer.names++;
    writer.byPrefix.set(prefix, (writer.byPrefix.get(prefix) ?? 0) + columns.writes[local]!);
    const { name, event } = tally.actors[actor - 1]!;
    if (!event) return;
    const namespace = secondLastSegment(keys.bytesOf(local));
    const group = `${actor}\n${namespace}`;
    let count = events.get(group);
    if (!count) events.set(group, (count = { ...noCounts(), reporter: name, namespace, names: 0, ...event }));
    count.names++;
    addKey(count, columns, local);
  });
  return {
    totals: { ...countsOf(all), keys: all.keys, revisions: tally.revisions.count() },
    undecoded,
    prefixes: prefixes
      .map((counts, i) => ({ prefix: tally.prefixes[i]!, ...resourceOf(tally.prefixes[i]!), ...counts }))
      .filter(({ writes }) => writes > 0)
      .sort(byWrites(({ prefix }) => prefix)),
    writers: mergeByName(tally, writers),
    events: [...events.values()].sort(
      byWrites(({ reporter, reason, namespace, kind }) => `${reporter}/${reason}/${namespace}/${kind}`),
    ),
  };
}

function countsOf({ writes, creates, deletes, bytes }: Counts): Counts {
  return { writes, creates, deletes, bytes };
}

/** Most writes first; among equals by name, so that the order never depends on threads. */
export function byWrites<T extends { readonly writes: number }>(nameOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.writes - a.writes || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function resourceOf(prefix: string): { group: string; resource: string } {
  const parsed = parseKey(`${prefix}/namespace/name`).resource;
  return { group: parsed?.group ?? '', resource: parsed?.resource ?? '' };
}

type ActorCounts = Sum & { names: number; readonly byPrefix: Map<number, number> };

function mergeByName(tally: MergedTally, writers: readonly ActorCounts[]): WriterCount[] {
  const byName = new Map<string, ActorCounts>();
  writers.forEach((counts, i) => {
    const { name } = tally.actors[i]!;
    const sum = byName.get(name) ?? { ...noCounts(), names: 0, byPrefix: new Map<number, number>() };
    byName.set(name, sum);
    sum.writes += counts.writes;
    sum.creates += counts.creates;
    sum.deletes += counts.deletes;
    sum.bytes += counts.bytes;
    sum.names += counts.names;
    for (const [prefix, writes] of counts.byPrefix) sum.byPrefix.set(prefix, (sum.byPrefix.get(prefix) ?? 0) + writes);
  });
  return [...byName]
    .filter(([, { writes }]) => writes > 0)
    .map(([name, { byPrefix, names, ...counts }]) => ({
      writer: writerOf({ name }),
      ...countsOf(counts),
      resources: [...byPrefix]
        .map(([prefix, writes]) => ({ resource: qualified(tally.prefixes[prefix]!), writes }))
        .sort(byWrites(({ resource }) => resource))
        .map(({ resource }) => resource),
      // One revision of each key was asked; any other may be someone else's.
      error: counts.writes - names,
    }))
    .sort(byWrites(({ writer }) => writer.name));
}

function qualified(prefix: string): string {
  const { group, resource } = resourceOf(prefix);
  if (resource === '') return prefix;
  return group === '' ? resource : `${resource}.${group}`;
}

/** `/registry/events/<namespace>/<name>`. */
function secondLastSegment(key: Uint8Array): string {
  const end = key.lastIndexOf(0x2f);
  const start = key.lastIndexOf(0x2f, end - 1);
  return new TextDecoder('latin1').decode(key.subarray(start + 1, end));
}
