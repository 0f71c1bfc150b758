import type { Revision } from '../model/write.ts';

/** Revisions of one entry: about as many as a leaf page holds, since those of a long-lived store lie far apart. */
const bitsPerBlock = 128;
const wordsPerBlock = bitsPerBlock / 32;

/** An open-addressing table of the blocks in which a revision was met, ready to be moved to another thread. */
export interface RevisionBlocks {
  readonly count: number;
  /** 1 + the number of a block; 0 is free. */
  readonly slots: Float64Array<ArrayBuffer>;
  /** One bit a revision, `wordsPerBlock` words a slot. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** Which revisions were met: a sparse bitmap, so that its size follows the rows and not the numbers. */
export interface RevisionSet {
  add(revision: Revision): void;
  has(revision: Revision): boolean;
  merge(blocks: RevisionBlocks): void;
  /** How many there are in (after, ...]. */
  count(after?: Revision): number;
  /** Drops what is in whole blocks up to a revision. Returns how many there were, and the last revision that is forgotten. */
  forget(revision: Revision): { count: number; upTo: Revision };
  /** The lowest and the highest; 0 where there is none. */
  bounds(): { first: Revision; last: Revision };
  blocks(): RevisionBlocks;
}

export function createRevisionSet(): RevisionSet {
  let slots = new Float64Array(slotsFor(0));
  let words = new Uint32Array(slots.length * wordsPerBlock);
  let count = 0;
  /** Of the block added to last, since neighbours follow each other: its first revision, and where its words begin. */
  let lastFirst = NaN;
  let lastWord = 0;

  /** Where the words of a block begin. */
  const wordsOf = (block: number): number => {
    if (slots[slotOf(slots, block)] === 0) {
      makeRoom(++count);
      slots[slotOf(slots, block)] = block;
    }
    return slotOf(slots, block) * wordsPerBlock;
  };

  /** At most two slots in three are taken. */
  const makeRoom = (blocks: number): void => {
    if (blocks * 3 > slots.length * 2) resize(blocks, 0);
  };

  const resize = (blocks: number, firstKept: number): void => {
    const old = { slots, words };
    slots = new Float64Array(slotsFor(blocks));
    words = new Uint32Array(slots.length * wordsPerBlock);
    forEachBlock(old, (block, at) => {
      if (block < firstKept) return;
      const slot = slotOf(slots, block);
      slots[slot] = block;
      for (let i = 0; i < wordsPerBlock; i++) words[slot * wordsPerBlock + i] = old.words[at + i]!;
    });
    lastFirst = NaN;
  };

  return {
    blocks: () => ({ count, slots, words }),
    add(revision) {
      let bit = revision - lastFirst;
      if (!(bit >= 0 && bit < bitsPerBlock)) {
        const block = blockOf(revision);
        lastWord = wordsOf(block);
        lastFirst = firstOf(block);
        bit = revision - lastFirst;
      }
      words[lastWord + (bit >>> 5)]! |= 1 << (bit & 31);
    },
    has(revision) {
      const bit = revision % bitsPerBlock;
      const word = words[slotOf(slots, blockOf(revision)) * wordsPerBlock + (bit >>> 5)]!;
      return (word & (1 << (bit & 31))) !== 0;
    },
    merge(others) {
      // At once: in the order of another table's slots, blocks would crowd at the beginning of a smaller one.
      makeRoom(count + others.count);
      forEachBlock(others, (block, at) => {
        const to = wordsOf(block);
        for (let i = 0; i < wordsPerBlock; i++) words[to + i]! |= others.words[at + i]!;
      });
    },
    forget(revision) {
      const firstKept = blockOf(revision + 1);
      let kept = 0;
      let forgotten = 0;
      forEachBlock({ slots }, (block, at) => {
        if (block >= firstKept) return void kept++;
        for (let i = 0; i < wordsPerBlock; i++) forgotten += popCount(words[at + i]!);
      });
      if (kept < count) resize(kept, firstKept);
      count = kept;
      return { count: forgotten, upTo: firstOf(firstKept) - 1 };
    },
    bounds() {
      let lowest = Infinity;
      let highest = 0;
      forEachBlock({ slots }, (block) => {
        lowest = Math.min(lowest, block);
        highest = Math.max(highest, block);
      });
      if (highest === 0) return { first: 0, last: 0 };
      const bitsOf = (block: number): Uint32Array => words.subarray(wordsOf(block), wordsOf(block) + wordsPerBlock);
      const [low, high] = [bitsOf(lowest), bitsOf(highest)];
      const lowWord = low.findIndex((word) => word !== 0);
      const highWord = high.findLastIndex((word) => word !== 0);
      return {
        first: firstOf(lowest) + lowWord * 32 + (31 - Math.clz32(low[lowWord]! & -low[lowWord]!)),
        last: firstOf(highest) + highWord * 32 + (31 - Math.clz32(high[highWord]!)),
      };
    },
    count(after = -1) {
      let total = 0;
      const first = after + 1;
      forEachBlock({ slots }, (block, at) => {
        for (let i = 0; i < wordsPerBlock; i++) {
          const from = firstOf(block) + i * 32;
          if (from + 32 <= first) continue;
          const word = from >= first ? words[at + i]! : words[at + i]! & (-1 << (first - from));
          total += popCount(word);
        }
      });
      return total;
    },
  };
}

/** A power of two, so that half of the slots are free. */
function slotsFor(blocks: number): number {
  let length = 1 << 10;
  while (length < blocks * 2) length *= 2;
  return length;
}

function blockOf(revision: Revision): number {
  return Math.floor(revision / bitsPerBlock) + 1;
}

function firstOf(block: number): Revision {
  return (block - 1) * bitsPerBlock;
}

/** The slot that a block has, or would take. */
function slotOf(slots: Float64Array, block: number): number {
  const mask = slots.length - 1;
  const hash = Math.imul(block ^ (block / 0x1_0000_0000), 0x9e3779b1);
  let slot = (hash ^ (hash >>> 15)) & mask;
  while (slots[slot] !== block && slots[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

/** @param visit told each block and where its words begin */
function forEachBlock({ slots }: Pick<RevisionBlocks, 'slots'>, visit: (block: number, at: number) => void): void {
  for (let slot = 0; slot < slots.length; slot++) if (slots[slot] !== 0) visit(slots[slot]!, slot * wordsPerBlock);
}

function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
