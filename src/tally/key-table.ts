import type { KeyId } from '../model/write.ts';
import { grown, roomFor, type Outlook } from './column.ts';

/** The columns of a KeyTable, ready to be moved to another thread. */
export interface KeyTableColumns {
  readonly count: number;
  readonly seed: number;
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** Key i lies at arena[ends[i - 1] .. ends[i]]. */
  readonly ends: Float64Array<ArrayBuffer>;
  readonly arena: Uint8Array<ArrayBuffer>;
}

export interface KeyTable {
  readonly count: number;
  /** The number of a key, the same for the same bytes; a new number where it was not met before. */
  intern(bytes: Uint8Array, start: number, end: number): KeyId;
  /** As `intern`, but undefined for a key never met. */
  find(bytes: Uint8Array, start: number, end: number): KeyId | undefined;
  /** As `find`, of a key of another table with the same seed. */
  findSame(other: KeyTableColumns, id: KeyId): KeyId | undefined;
  bytesOf(id: KeyId): Uint8Array;
  /** A hash of the key that depends on its bytes and this seed only. */
  hashOf(id: KeyId, seed: number): number;
  columns(): KeyTableColumns;
}

const initialKeys = 1 << 12;

/**
 * Keys as numbers: an open-addressing table over one arena of key bytes. The seed makes collisions unpredictable, since
 * tenants choose names; equal hashes are told apart by their bytes.
 */
export function createKeyTable(seed: number, outlook?: Outlook): KeyTable {
  const empty = {
    count: 0,
    seed,
    hashes: new Uint32Array(initialKeys),
    ends: new Float64Array(initialKeys),
    arena: new Uint8Array(initialKeys * 64),
  };
  return tableOver(empty, outlook);
}

/** A table over columns that another thread filled. */
export function tableOver(columns: KeyTableColumns, outlook: Outlook = () => 1.5): KeyTable {
  const { seed } = columns;
  let { count, hashes, ends, arena } = columns;
  let arenaEnd = count === 0 ? 0 : ends[count - 1]!;
  let slots = indexed(hashes, count, initialKeys);
  let mask = slots.length - 1;

  const slotOf = (bytes: Uint8Array, start: number, end: number, hash: number): number => {
    const length = end - start;
    let slot = hash & mask;
    for (let taken = slots[slot]!; taken !== 0; taken = slots[(slot = (slot + 1) & mask)]!) {
      const id = taken - 1;
      if (hashes[id] !== hash) continue;
      const from = id === 0 ? 0 : ends[id - 1]!;
      if (ends[id]! - from !== length) continue;
      let i = 0;
      while (i < length && arena[from + i] === bytes[start + i]) i++;
      if (i === length) return slot;
    }
    return slot;
  };

  return {
    get count() {
      return count;
    },
    intern(bytes, start, end) {
      const hash = hashOf(bytes, start, end, seed);
      const slot = slotOf(bytes, start, end, hash);
      const taken = slots[slot]!;
      if (taken !== 0) return taken - 1;
      if (count === hashes.length) {
        const room = roomFor(count + 1, outlook);
        hashes = grown(hashes, room);
        ends = grown(ends, room);
      }
      if (arenaEnd + (end - start) > arena.length) {
        arena = grown(arena, roomFor(arenaEnd + (end - start), outlook));
      }
      for (let i = start, at = arenaEnd; i < end; i++, at++) arena[at] = bytes[i]!;
      arenaEnd += end - start;
      const id = count++;
      hashes[id] = hash;
      ends[id] = arenaEnd;
      slots[slot] = count;
      // At most two slots in three are taken.
      if (count * 3 > slots.length * 2) {
        slots = indexed(hashes, count, slots.length * 2);
        mask = slots.length - 1;
      }
      return id;
    },
    find(bytes, start, end) {
      const taken = slots[slotOf(bytes, start, end, hashOf(bytes, start, end, seed))]!;
      return taken === 0 ? undefined : taken - 1;
    },
    findSame(other, id) {
      const start = id === 0 ? 0 : other.ends[id - 1]!;
      const taken = slots[slotOf(other.arena, start, other.ends[id]!, other.hashes[id]!)]!;
      return taken === 0 ? undefined : taken - 1;
    },
    hashOf: (id, of) => hashOf(arena, id === 0 ? 0 : ends[id - 1]!, ends[id]!, of),
    bytesOf: (id) => arena.subarray(id === 0 ? 0 : ends[id - 1]!, ends[id]),
    columns: () => ({ count, seed, hashes, ends, arena }),
  };
}

/** Slots hold id + 1; 0 is free. */
function indexed(hashes: Uint32Array, count: number, atLeast: number): Uint32Array<ArrayBuffer> {
  let size = atLeast;
  while (count * 3 > size * 2) size *= 2;
  const slots = new Uint32Array(size);
  for (let id = 0; id < count; id++) {
    let slot = hashes[id]! & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = id + 1;
  }
  return slots;
}

/** 32 bits, four bytes a step, with murmur3's finalizer. */
export function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed | 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
