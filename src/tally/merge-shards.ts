import type { KeyId, Revision } from '../model/write.ts';
import { createRevisionSet, type RevisionSet } from './revision-set.ts';
import { createKeyTable, tableOver, type KeyTable } from './key-table.ts';
import { addColumns } from './key-columns.ts';
import { setValue, valueAt, type Packed } from './packed.ts';
import type { Actor, ShardTally } from './shard-tally.ts';

/** Several threads' counts as one, without copying a key: ids are those of the first shard, then of the second ... */
export interface MergedTally {
  readonly shards: readonly MergedShard[];
  readonly revisions: RevisionSet;
  /** Of what lies at it or below, only the last change of each key that lived is left; 0 where all is. */
  readonly compactRevision: Revision;
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
  /** Add to a local id to get the merged one, where no earlier shard met the key too. */
  readonly base: number;
  /** Per local id the merged one, which is another shard's where that one met the key too. Every key is the first shard's own. */
  readonly merged: Uint32Array | undefined;
}

export function mergedId({ merged, base }: MergedShard, local: number): KeyId {
  return merged ? merged[local]! : base + local;
}

/**
 * Each key keeps its place in the first shard that met it; what later shards counted of it is added there. Tables of
 * millions of keys are linked instead of merged into a third one, which would not fit beside them.
 */
export function mergeShards(tallies: readonly ShardTally[], compactRevision: Revision = 0): MergedTally {
  const shards: MergedShard[] = [];
  const revisions = createRevisionSet();
  const prefixes = createUnion<string>((prefix) => prefix);
  const [largest] = tallies.toSorted((a, b) => b.abouts.names.count - a.abouts.names.count);
  const abouts = largest ? tableOver(largest.abouts) : createKeyTable(0);
  const actors = createUnion<Actor>(({ name, event }) => (event ? `${name}\n${event.reason}\n${event.kind}` : name));
  let base = 0;
  for (const tally of tallies) {
    const keys = tableOver(tally.keys);
    renumber(tally.columns.prefix, keys.count, prefixes.add(tally.prefixes));
    if (tally !== largest) {
      const numbers = numbersIn(abouts, tableOver(tally.abouts));
      const { about } = tally.columns;
      for (let i = 0; i < keys.count; i++) about[i] = numbers[about[i]!]!;
    }
    renumber(tally.columns.actor, keys.count, [0, ...actors.add(tally.actors).map((index) => index + 1)]);
    shards.push({ tally, keys, base, merged: linked(tally, shards, base) });
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
    compactRevision,
    prefixes: prefixes.items,
    abouts,
    actors: actors.items,
    locate,
    find(key) {
      for (const shard of shards) {
        const local = shard.keys.find(key, 0, key.length);
        if (local !== undefined) return mergedId(shard, local);
      }
      return undefined;
    },
  };
}

/** Adds a shard's counts of keys that earlier shards met to those, and returns each key's merged id. */
function linked({ keys, columns }: ShardTally, earlier: readonly MergedShard[], base: number): Uint32Array | undefined {
  if (earlier.length === 0) return undefined;
  const finders = earlier.map((shard) => shard.keys.finderFor(keys));
  const merged = new Uint32Array(keys.names.count);
  for (let local = 0; local < merged.length; local++) {
    merged[local] = base + local;
    for (let i = 0; i < finders.length; i++) {
      const home = finders[i]!(local);
      if (home === undefined) continue;
      merged[local] = earlier[i]!.base + home;
      addColumns(earlier[i]!.tally.columns, home, columns, local);
      break;
    }
  }
  return merged;
}

/** Per 1 + number in `from` 1 + the number in `into`; 0 for 0. */
function numbersIn(into: KeyTable, from: KeyTable): Uint32Array {
  const numbers = new Uint32Array(from.count + 1);
  for (let i = 0; i < from.count; i++) {
    const bytes = from.bytesOf(i);
    numbers[i + 1] = into.intern(bytes, 0, bytes.length) + 1;
  }
  return numbers;
}

function renumber(column: Packed, count: number, numbers: readonly number[]): void {
  // As it is for the first shard.
  if (numbers.every((number, i) => number === i)) return;
  for (let i = 0; i < count; i++) setValue(column, i, numbers[valueAt(column, i)]!);
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
