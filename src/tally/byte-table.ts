import { grown, roomFor, type Outlook } from './column.ts';

/** What a ByteTable keeps, ready to be moved to another thread. */
export interface ByteTableColumns {
  readonly count: number;
  /** Three words of each entry, side by side because they are asked together: its hash, `under`, where it ends in the arena. */
  readonly entries: Uint32Array<ArrayBuffer>;
  readonly arena: Uint8Array<ArrayBuffer>;
  /** By hash: 1 + the number of an entry; 0 is free. */
  readonly slots: Uint32Array<ArrayBuffer>;
}

/** Strings of bytes as numbers from 0 on, each under a number of the caller's: equal where both are. */
export interface ByteTable {
  readonly count: number;
  intern(under: number, bytes: Uint8Array, start: number, end: number, hash: number): number;
  find(under: number, bytes: Uint8Array, start: number, end: number, hash: number): number | undefined;
  underAt(id: number): number;
  /** A hash of the bytes by another seed. */
  rehash(id: number, seed: number): number;
  bytesAt(id: number): Uint8Array;
  /** Where two entries differ first, which of them is lower; 0 where one begins with the other. */
  compare(id: number, other: number): number;
  columns(): ByteTableColumns;
}

const initialRoom = 1 << 12;

export function emptyByteTable(): ByteTableColumns {
  return {
    count: 0,
    entries: new Uint32Array(initialRoom * 3),
    arena: new Uint8Array(initialRoom * 32),
    slots: new Uint32Array(initialRoom),
  };
}

/** Where an entry begins in the arena: it ends where the one behind it begins. */
export function startIn(entries: Uint32Array, id: number): number {
  return id === 0 ? 0 : entries[id * 3 - 1]!;
}

export function underIn(entries: Uint32Array, id: number): number {
  return entries[id * 3 + 1]!;
}

export function bytesIn({ entries, arena }: Pick<ByteTableColumns, 'entries' | 'arena'>, id: number): Uint8Array {
  return arena.subarray(startIn(entries, id), startIn(entries, id + 1));
}

/** An open-addressing table over one arena of bytes; equal hashes are told apart by their bytes. */
export function byteTableOver(columns: ByteTableColumns, outlook: Outlook): ByteTable {
  let { count, entries, arena, slots } = columns;
  let mask = slots.length - 1;

  const slotOf = (under: number, bytes: Uint8Array, start: number, end: number, hash: number): number => {
    const length = end - start;
    let slot = hash & mask;
    for (let taken = slots[slot]!; taken !== 0; taken = slots[(slot = (slot + 1) & mask)]!) {
      const id = taken - 1;
      if (entries[id * 3] !== hash || underIn(entries, id) !== under) continue;
      const from = startIn(entries, id);
      if (startIn(entries, id + 1) - from !== length) continue;
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
    intern(under, bytes, start, end, hash) {
      const slot = slotOf(under, bytes, start, end, hash);
      const taken = slots[slot]!;
      if (taken !== 0) return taken - 1;
      const arenaStart = startIn(entries, count);
      const arenaEnd = arenaStart + end - start;
      if ((count + 1) * 3 > entries.length) entries = grown(entries, roomFor(count + 1, outlook) * 3);
      if (arenaEnd > arena.length) arena = grown(arena, roomFor(arenaEnd, outlook));
      if (arenaEnd > largestArena) throw new RangeError('the names of all keys take more than 4 GiB');
      for (let i = start, at = arenaStart; i < end; i++, at++) arena[at] = bytes[i]!;
      const entry = count++ * 3;
      entries[entry] = hash;
      entries[entry + 1] = under;
      entries[entry + 2] = arenaEnd;
      slots[slot] = count;
      // At most two slots in three are taken.
      if (count * 3 > slots.length * 2) {
        slots = indexed(entries, count, slots.length * 2);
        mask = slots.length - 1;
      }
      return count - 1;
    },
    find(under, bytes, start, end, hash) {
      const taken = slots[slotOf(under, bytes, start, end, hash)]!;
      return taken === 0 ? undefined : taken - 1;
    },
    underAt: (id) => underIn(entries, id),
    rehash: (id, seed) => hashOf(arena, startIn(entries, id), startIn(entries, id + 1), seed),
    bytesAt: (id) => bytesIn({ entries, arena }, id),
    compare(id, other) {
      const [one, two] = [startIn(entries, id), startIn(entries, other)];
      const common = Math.min(startIn(entries, id + 1) - one, startIn(entries, other + 1) - two);
      for (let i = 0; i < common; i++) {
        const difference = arena[one + i]! - arena[two + i]!;
        if (difference !== 0) return difference;
      }
      return 0;
    },
    columns: () => ({ count, entries, arena, slots }),
  };
}

/** An end is kept in 32 bits. */
const largestArena = 0xffff_ffff;

/** @param size a power of two */
function indexed(entries: Uint32Array, count: number, size: number): Uint32Array<ArrayBuffer> {
  const slots = new Uint32Array(size);
  for (let id = 0; id < count; id++) {
    let slot = entries[id * 3]! & (size - 1);
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
