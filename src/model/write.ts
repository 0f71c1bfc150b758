/** A key's number in its shard's KeyTable. */
export type KeyId = number;
/** etcd's main revision. Exact in a double up to 2^53. */
export type Revision = number;
/** Milliseconds since the Unix epoch. */
export type Millis = number;

/** Bits of `WriteBatch.flags`. */
export const writeFlags = {
  /** The first version of a key's life (version 1). */
  created: 1,
  /** A tombstone: the key was deleted, by a client or by its lease. */
  deleted: 2,
  /** Written under a lease, so it will expire by itself. */
  leased: 4,
  /** Found in a page that no longer belongs to the tree: compaction already erased it. */
  carved: 8,
} as const;

/**
 * Committed changes in columns: row i of each array belongs to one change. The arrays are reused: a batch is valid until
 * the next one is asked for.
 */
export interface WriteBatch {
  rows: number;
  /** KeyId in the shard's KeyTable. */
  key: Uint32Array;
  revision: Float64Array;
  /** Position within the transaction of that revision. */
  sub: Uint32Array;
  /** Bytes of key and value as stored. */
  bytes: Uint32Array;
  /** Bits of `writeFlags`. */
  flags: Uint8Array;
  /** Where to find the change again: for a snapshot, the file offset of its revision key and value ... */
  handle: Float64Array;
  /** ... and their size together. */
  pairSize: Uint32Array;
  /** The values: row i lies at buffer[start[i] .. start[i] + size[i]]; size 0 for tombstones. */
  values: { buffer: Uint8Array; start: Uint32Array; size: Uint32Array };
}
