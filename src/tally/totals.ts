import { parseKey } from '../objects/keys.ts';
import type { EventCount } from '../model/analysis.ts';
import type { Counts, PrefixCount, Totals, WriterCount } from '../model/counts.ts';
import { isOpaque } from '../model/object.ts';
import { resourceName } from '../model/resource.ts';
import { createEventCounts } from './event-counts.ts';
import { encodings, firstRevision } from './key-columns.ts';
import { forEachKey, writerOf } from './key-counts.ts';
import type { MergedTally } from './merge-shards.ts';
import { valueAt } from './packed.ts';
import { addCounts, addKey, byWrites, noCounts, type Sum } from './sums.ts';

export interface TalliedTotals {
  readonly totals: Totals;
  readonly prefixes: PrefixCount[];
  readonly writers: WriterCount[];
  readonly events: EventCount[];
  readonly undecoded: { readonly encrypted: number; readonly unknown: number };
}

/** Totals by prefix, writer and Event group. Every key is visited once. */
export function tallyTotals(tally: MergedTally): TalliedTotals {
  const prefixes = tally.prefixes.map(() => ({ ...noCounts(), keys: 0, liveKeys: 0 }));
  const writers = tally.actors.map((): ActorCounts => ({ ...noCounts(), names: 0, byPrefix: [] }));
  const events = createEventCounts(tally);
  const undecoded = { encrypted: 0, unknown: 0 };
  forEachKey(tally, ({ tally: { columns }, keys }, local) => {
    const prefix = valueAt(columns.prefix, local);
    const counts = prefixes[prefix]!;
    counts.keys++;
    counts.liveKeys += columns.live[local]!;
    addKey(counts, columns, local, tally.compactRevision);
    if (firstRevision(columns, local) !== Infinity) {
      const encoding = encodings[columns.encoding[local]!];
      if (encoding !== undefined && isOpaque(encoding)) undecoded[encoding]++;
    }
    const actor = valueAt(columns.actor, local);
    if (actor === 0) return;
    const writer = writers[actor - 1]!;
    addKey(writer, columns, local, tally.compactRevision);
    writer.names++;
    writer.byPrefix[prefix] = (writer.byPrefix[prefix] ?? 0) + valueAt(columns.writes, local);
    if (tally.actors[actor - 1]!.event)
      events.add(actor - 1, columns, local, keys.directoryBytes(keys.directoryOf(local)));
  });
  const all = { ...noCounts(), keys: 0 };
  for (const counts of prefixes) {
    all.keys += counts.keys;
    addCounts(all, counts);
  }
  return {
    totals: {
      ...countsOf(all),
      ...(all.remainder && { remainder: all.remainder }),
      keys: all.keys,
      revisions: tally.revisions.count(),
    },
    undecoded,
    prefixes: prefixes
      .map((counts, i) => ({ prefix: tally.prefixes[i]!, ...resourceOf(tally.prefixes[i]!), ...counts }))
      .filter(({ writes }) => writes > 0)
      .sort(byWrites(({ prefix }) => prefix)),
    writers: mergeByName(tally, writers),
    events: events.counts(),
  };
}

function countsOf({ writes, creates, deletes, bytes }: Counts): Counts {
  return { writes, creates, deletes, bytes };
}

function resourceOf(prefix: string): { group: string; resource: string } {
  const parsed = parseKey(`${prefix}/namespace/name`).resource;
  return { group: parsed?.group ?? '', resource: parsed?.resource ?? '' };
}

/** `byPrefix` by the prefix's number; sparse. */
type ActorCounts = Sum & { names: number; readonly byPrefix: number[] };

function mergeByName(tally: MergedTally, writers: readonly ActorCounts[]): WriterCount[] {
  const byName = new Map<string, ActorCounts>();
  writers.forEach((counts, i) => {
    const { name } = tally.actors[i]!;
    const sum = byName.get(name) ?? { ...noCounts(), names: 0, byPrefix: [] };
    byName.set(name, sum);
    addCounts(sum, counts);
    sum.names += counts.names;
    counts.byPrefix.forEach((writes, prefix) => (sum.byPrefix[prefix] = (sum.byPrefix[prefix] ?? 0) + writes));
  });
  return [...byName]
    .filter(([, { writes }]) => writes > 0)
    .map(([name, { byPrefix, names, ...counts }]) => ({
      writer: writerOf({ name }),
      ...countsOf(counts),
      resources: byPrefix
        .map((writes, prefix) => ({ resource: qualified(tally.prefixes[prefix]!), writes }))
        .flat() // its holes are prefixes never written
        .sort(byWrites(({ resource }) => resource))
        .map(({ resource }) => resource),
      // One revision of each key was asked; any other may be someone else's.
      error: counts.writes - names,
    }))
    .sort(byWrites(({ writer }) => writer.name));
}

function qualified(prefix: string): string {
  const { group, resource } = resourceOf(prefix);
  return resource === '' ? prefix : resourceName({ group, resource });
}
