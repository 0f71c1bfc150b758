import type { Revision } from '../model/write.ts';

const bitsPerChunk = 1 << 16;

/** Which revisions were met: a sparse bitmap, so that its size follows the rows and not the numbers. */
export interface RevisionSet {
  add(revision: Revision): void;
  has(revision: Revision): boolean;
  merge(chunks: ReadonlyMap<number, Uint32Array>): void;
  /** How many there are in (after, ...]. */
  count(after?: Revision): number;
  /** Drops what is in whole chunks up to a revision. Returns how many there were, and the last revision that is forgotten. */
  forget(revision: Revision): { count: number; upTo: Revision };
  /** The lowest and the highest; 0 where there is none. */
  bounds(): { first: Revision; last: Revision };
  readonly chunks: ReadonlyMap<number, Uint32Array>;
}

export function createRevisionSet(): RevisionSet {
  const chunks = new Map<number, Uint32Array>();
  let lastIndex = -1;
  let last: Uint32Array = new Uint32Array(0);

  const chunkFor = (index: number): Uint32Array => {
    let chunk = chunks.get(index);
    if (chunk === undefined) chunks.set(index, (chunk = new Uint32Array(bitsPerChunk / 32)));
    return chunk;
  };

  return {
    chunks,
    add(revision) {
      const index = Math.floor(revision / bitsPerChunk);
      if (index !== lastIndex) {
        last = chunkFor(index);
        lastIndex = index;
      }
      const bit = revision % bitsPerChunk;
      last[bit >>> 5]! |= 1 << (bit & 31);
    },
    has(revision) {
      const bit = revision % bitsPerChunk;
      const word = chunks.get(Math.floor(revision / bitsPerChunk))?.[bit >>> 5] ?? 0;
      return (word & (1 << (bit & 31))) !== 0;
    },
    merge(others) {
      for (const [index, words] of others) {
        const chunk = chunkFor(index);
        for (let i = 0; i < words.length; i++) chunk[i]! |= words[i]!;
      }
    },
    forget(revision) {
      const firstKept = Math.floor((revision + 1) / bitsPerChunk);
      let count = 0;
      for (const [index, words] of chunks) {
        if (index >= firstKept) continue;
        for (const word of words) count += popCount(word);
        chunks.delete(index);
      }
      lastIndex = -1;
      return { count, upTo: firstKept * bitsPerChunk - 1 };
    },
    bounds() {
      const indices = [...chunks.keys()].sort((a, b) => a - b);
      const [lowest] = indices;
      const highest = indices.at(-1);
      if (lowest === undefined || highest === undefined) return { first: 0, last: 0 };
      const low = chunks.get(lowest)!;
      const high = chunks.get(highest)!;
      const lowWord = low.findIndex((word) => word !== 0);
      const highWord = high.findLastIndex((word) => word !== 0);
      return {
        first: lowest * bitsPerChunk + lowWord * 32 + (31 - Math.clz32(low[lowWord]! & -low[lowWord]!)),
        last: highest * bitsPerChunk + highWord * 32 + (31 - Math.clz32(high[highWord]!)),
      };
    },
    count(after = -1) {
      let total = 0;
      const first = after + 1;
      for (const [index, words] of chunks) {
        const base = index * bitsPerChunk;
        for (let i = 0; i < words.length; i++) {
          const from = base + i * 32;
          if (from + 32 <= first) continue;
          const word = from >= first ? words[i]! : words[i]! & (-1 << (first - from));
          total += popCount(word);
        }
      }
      return total;
    },
  };
}

function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
