import { parseKey } from '../objects/keys.ts';
import { createKeyTable } from './key-table.ts';

const slash = 0x2f;
const latin1 = new TextDecoder('latin1');

/** Prefixes (`/registry/events`) as numbers, found from a key's bytes without making a string of each key. */
export interface PrefixTable {
  readonly names: readonly string[];
  /** The number of the prefix that key bytes[start .. end] lies under. */
  intern(bytes: Uint8Array, start: number, end: number): number;
}

/**
 * A key's first two segments decide how many segments its prefix has (`/registry/pods` two, `/registry/services/specs`
 * and custom resources three), so `parseKey` is asked once for each of those.
 */
export function createPrefixTable(seed: number): PrefixTable {
  const heads = createKeyTable(seed);
  const prefixes = createKeyTable(seed);
  const segmentsOfHead: number[] = [];
  const names: string[] = [];

  return {
    names,
    intern(bytes, start, end) {
      const headEnd = endOfSegment(bytes, start, end, 2);
      const head = heads.intern(bytes, start, headEnd);
      if (head === segmentsOfHead.length) {
        const { prefix } = parseKey(latin1.decode(bytes.subarray(start, end)));
        segmentsOfHead.push(prefix.split('/').length - 1);
      }
      const segments = segmentsOfHead[head]!;
      const prefixEnd = segments === 2 ? headEnd : endOfSegment(bytes, start, end, segments);
      const id = prefixes.intern(bytes, start, prefixEnd);
      if (id === names.length) names.push(latin1.decode(bytes.subarray(start, prefixEnd)));
      return id;
    },
  };
}

/** Where the n-th segment of a key ends: `/a/b/c` ends its second before `/c`. */
function endOfSegment(bytes: Uint8Array, start: number, end: number, n: number): number {
  let slashes = 0;
  for (let i = start; i < end; i++) if (bytes[i] === slash && slashes++ === n) return i;
  return end;
}
