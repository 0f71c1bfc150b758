import type { KeyId } from '../model/write.ts';
import { createRevisionSet, type RevisionSet } from './revision-set.ts';
import { createKeyTable, tableOver, type KeyTable, type KeyTableColumns } from './key-table.ts';
import type { Actor, KeyColumns, ShardTally } from './shard-tally.ts';

/** Several threads' counts as one, without copying a key: ids are those of the first shard, then of the second ... */
export interface MergedTally {
  readonly shards: readonly MergedShard[];
  readonly revisions: RevisionSet;
  /** What the columns `prefix`, `about` (less one) and `actor` (less one) of all shards index. */
  readonly prefixes: readonly string[];
  /** References as bytes, read by `referenceOf`. */
  readonly abouts: KeyTable;
  readonly actors: readonly Actor[];
  /** The one id of a key that any shard met. */
  find(key: Uint8Array): KeyId | undefined;
  /** Which shard holds a key's counts, and its id there. */
  locate(id: KeyId): { shard: MergedShard; local: number };
}

export interface MergedShard {
  readonly tally: ShardTally;
  readonly keys: KeyTable;
  /** Add to a local id to get the merged one. */
  readonly base: number;
  /** Per local id the merged id of the key, which is another shard's where that one met the key too. */
  readonly merged: Uint32Array;
}

/**
 * Each key keeps its place in the first shard that met it; what later shards counted of it is added there. Tables of
 * millions of keys are linked instead of merged into a third one, which would not fit beside them.
 */
export function mergeShards(tallies: readonly ShardTally[]): MergedTally {
  const shards: MergedShard[] = [];
  const revisions = createRevisionSet();
  const prefixes = createUnion<string>((prefix) => prefix);
  const [largest] = tallies.toSorted((a, b) => b.abouts.count - a.abouts.count);
  const abouts = largest ? tableOver(largest.abouts) : createKeyTable(0);
  const actors = createUnion<Actor>(({ name, event }) => (event ? `${name}\n${event.reason}\n${event.kind}` : name));
  let base = 0;
  for (const tally of tallies) {
    renumber(tally.columns.prefix, tally.keys.count, [...prefixes.add(tally.prefixes)]);
    if (tally !== largest) renumber(tally.columns.about, tally.keys.count, numbersIn(abouts, tally.abouts));
    renumber(tally.columns.actor, tally.keys.count, [0, ...actors.add(tally.actors).map((index) => index + 1)]);
    const keys = tableOver(tally.keys);
    const merged = new Uint32Array(keys.count);
    for (let local = 0; local < keys.count; local++) {
      merged[local] = base + local;
      for (const earlier of shards) {
        const home = earlier.keys.findSame(tally.keys, local);
        if (home === undefined) continue;
        merged[local] = earlier.base + home;
        addCounts(earlier.tally.columns, home, tally.columns, local);
        break;
      }
    }
    shards.push({ tally, keys, base, merged });
    revisions.merge(tally.revisions);
    base += keys.count;
  }
  const locate = (id: KeyId): { shard: MergedShard; local: number } => {
    const shard = shards.findLast((candidate) => id >= candidate.base) ?? shards[0]!;
    return { shard, local: id - shard.base };
  };
  return {
    shards,
    revisions,
    prefixes: prefixes.items,
    abouts,
    actors: actors.items,
    locate,
    find(key) {
      for (const shard of shards) {
        const local = shard.keys.find(key, 0, key.length);
        if (local !== undefined) return shard.merged[local];
      }
      return undefined;
    },
  };
}

/** Adds what `from` counted of a key to what `into` did. What depends on order is decided by positions, never by who came first. */
function addCounts(into: KeyColumns, home: number, from: KeyColumns, local: number): void {
  into.writes[home]! += from.writes[local]!;
  into.creates[home]! += from.creates[local]!;
  into.deletes[home]! += from.deletes[local]!;
  into.bytes[home]! += from.bytes[local]!;
  into.maxBytes[home] = Math.max(into.maxBytes[home]!, from.maxBytes[local]!);
  if (from.last[local]! > into.last[home]!) {
    into.last[home] = from.last[local]!;
    into.live[home] = from.live[local]!;
  }
  if (from.first[local]! < into.first[home]!) {
    into.first[home] = from.first[local]!;
    into.encoding[home] = from.encoding[local]!;
    into.about[home] = from.about[local]!;
    into.actor[home] = from.actor[local]!;
  }
}

/** Per 1 + number in `from` 1 + the number in `into`; 0 for 0. */
function numbersIn(into: KeyTable, from: KeyTableColumns): Uint32Array {
  const source = tableOver(from);
  const numbers = new Uint32Array(source.count + 1);
  for (let i = 0; i < source.count; i++) {
    const bytes = source.bytesOf(i);
    numbers[i + 1] = into.intern(bytes, 0, bytes.length) + 1;
  }
  return numbers;
}

function renumber(column: Uint32Array, count: number, numbers: Uint32Array | readonly number[]): void {
  for (let i = 0; i < count; i++) column[i] = numbers[column[i]!]!;
}

/** Lists of several shards as one, each item once. The items of one list are distinct. */
function createUnion<Item>(identity: (item: Item) => string) {
  const items: Item[] = [];
  let numbers: Map<string, number> | undefined;
  return {
    items,
    /** The number of each added item in `items`. */
    add(more: readonly Item[]): number[] {
      // A single shard needs no identities.
      if (items.length > 0) numbers ??= new Map(items.map((item, number) => [identity(item), number]));
      return more.map((item) => {
        const id = numbers && identity(item);
        const known = id === undefined ? undefined : numbers?.get(id);
        if (known !== undefined) return known;
        if (id !== undefined) numbers?.set(id, items.length);
        return items.push(item) - 1;
      });
    },
  };
}
