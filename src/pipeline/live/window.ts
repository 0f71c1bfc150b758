import type { KeyId, Millis, Revision, WriteBatch } from '../../model/write.ts';
import { writeFlags } from '../../model/write.ts';
import { copyColumns } from '../../tally/key-columns.ts';
import { copyTable, createKeyTable, type KeyTable } from '../../tally/key-table.ts';
import { mergeShards, type MergedTally } from '../../tally/merge-shards.ts';
import { createPrefixTable } from '../../tally/prefix-table.ts';
import { createShardTally, type ShardTally } from '../../tally/shard-tally.ts';

/** One change as the window takes it. */
export interface LiveWrite {
  readonly key: Uint8Array;
  readonly revision: Revision;
  /** Bytes as stored, where a source tells; 0 otherwise. */
  readonly bytes: number;
  readonly created: boolean;
  readonly deleted: boolean;
  /** undefined for a deletion, and where the source shows none. */
  readonly value: Uint8Array | undefined;
}

/** Counts of the last minutes, by key: what findings rest on. Older ones are dropped half a window at a time. */
export interface LiveWindow {
  /** Returns false where the key is one too many: it is then counted by prefix only. */
  add(write: LiveWrite): boolean;
  /** Counts the size of a write that came, or comes, without it. False where its key has not been written in this half. */
  addBytes(key: Uint8Array, bytes: number): boolean;
  /** What a key is about, as a number of the current half; 0 where it stands for itself or is not known. */
  aboutOf(key: Uint8Array): number;
  /** Begins a new half where it is time. True where it did. */
  turn(now: Millis): boolean;
  /** Valid until the next write is added. */
  merged(): MergedTally;
  /** When the older half began. */
  readonly since: Millis;
  /** Writes whose key was one too many. */
  readonly untracked: number;
}

export interface WindowLimits {
  readonly halfMs: Millis;
  /** Keys of each half. */
  readonly keys: number;
}

interface Half {
  readonly keys: KeyTable;
  readonly tally: ReturnType<typeof createShardTally>;
  readonly began: Millis;
  untracked: number;
}

export function createWindow(seed: number, limits: WindowLimits, now: Millis): LiveWindow {
  const begin = (began: Millis): Half => {
    const keys = createKeyTable(seed);
    const tally = createShardTally(keys, createPrefixTable(seed), seed, undefined, {
      changes: false,
      timesOfEvery: Infinity,
    });
    return { keys, tally, began, untracked: 0 };
  };
  let older: Half | undefined;
  let current = begin(now);
  const batch = oneRow();

  return {
    add({ key, revision, bytes, created, deleted, value }) {
      const { keys, tally } = current;
      if (keys.count >= limits.keys && keys.find(key, 0, key.length) === undefined) {
        current.untracked++;
        return false;
      }
      batch.key[0] = keys.intern(key, 0, key.length);
      batch.revision[0] = revision;
      batch.bytes[0] = bytes;
      batch.flags[0] = (created ? writeFlags.created : 0) | (deleted ? writeFlags.deleted : 0);
      batch.values.buffer = value ?? nothing;
      batch.values.size[0] = value?.length ?? 0;
      tally.add(batch);
      return true;
    },
    addBytes(key, bytes) {
      const id = current.keys.find(key, 0, key.length);
      return id !== undefined && current.tally.addBytes(id, bytes);
    },
    aboutOf(key) {
      const id = current.keys.find(key, 0, key.length);
      return id === undefined ? 0 : current.tally.result().columns.about[id]!;
    },
    turn(at) {
      if (at - current.began < limits.halfMs) return false;
      older = current;
      current = begin(at);
      return true;
    },
    merged: () => mergeShards([...(older ? [older] : []), current].map(({ tally }) => copied(tally.result()))),
    get since() {
      return older?.began ?? current.began;
    },
    get untracked() {
      return (older?.untracked ?? 0) + current.untracked;
    },
  };
}

const nothing = new Uint8Array(0);

function oneRow(): WriteBatch {
  return {
    rows: 1,
    key: new Uint32Array(1),
    revision: new Float64Array(1),
    sub: new Uint32Array(1),
    bytes: new Uint32Array(1),
    flags: new Uint8Array(1),
    handle: new Float64Array(1),
    pairSize: new Uint32Array(1),
    values: { buffer: nothing, start: new Uint32Array(1), size: new Uint32Array(1) },
  };
}

/** Merging renumbers in place. Keys stay shared: what is merged is done with before the next write comes. */
function copied(tally: ShardTally): ShardTally {
  return {
    ...tally,
    columns: copyColumns(tally.columns, tally.keys.names.count),
    prefixes: [...tally.prefixes],
    actors: [...tally.actors],
    // Merging adds the other half's, and a table that grows frees its old memory.
    abouts: copyTable(tally.abouts),
  };
}

/** The id of a key in what `merged` returned. */
export function idIn(tally: MergedTally, key: string): KeyId | undefined {
  return tally.find(new TextEncoder().encode(key));
}
