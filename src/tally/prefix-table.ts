import type { KeyId } from '../model/write.ts';
import { builtins } from '../objects/builtins.ts';
import { parseKey } from '../objects/keys.ts';
import { createKeyTable, type KeyTable } from './key-table.ts';

const slash = 0x2f;
const latin1 = new TextDecoder('latin1');

/** Prefixes (`/registry/events`) as numbers, found from a key's bytes without making a string of each key. */
export interface PrefixTable {
  readonly names: readonly string[];
  /** The number of the prefix that key bytes[start .. end] lies under. */
  intern(bytes: Uint8Array, start: number, end: number): number;
}

/**
 * A key's first two segments decide how many segments its prefix has (`/registry/pods` two, custom resources three), or
 * the first three do (`/registry/services/specs`), so `parseKey` is asked once for each of those.
 */
export function createPrefixTable(seed: number): PrefixTable {
  const heads = createKeyTable(seed);
  const prefixes = createKeyTable(seed);
  /** undefined where the third segment decides. */
  const segmentsOfHead: (number | undefined)[] = [];
  const names: string[] = [];

  const segmentsOf = (bytes: Uint8Array, start: number, end: number, decides: 2 | 3): number | undefined => {
    const headEnd = endOfSegment(bytes, start, end, decides);
    const head = heads.intern(bytes, start, headEnd);
    if (head === segmentsOfHead.length) {
      const text = latin1.decode(bytes.subarray(start, headEnd));
      segmentsOfHead.push(decides === 2 && isNested(text) ? undefined : segmentsBelow(text));
    }
    return segmentsOfHead[head];
  };

  return {
    names,
    intern(bytes, start, end) {
      const segments = segmentsOf(bytes, start, end, 2) ?? segmentsOf(bytes, start, end, 3) ?? 2;
      const prefixEnd = endOfSegment(bytes, start, end, segments);
      const id = prefixes.intern(bytes, start, prefixEnd);
      if (id === names.length) names.push(latin1.decode(bytes.subarray(start, prefixEnd)));
      return id;
    },
  };
}

/** The prefix of a key by its number, asked of the table once for all keys of a directory where that is long enough to tell. */
export function prefixFinder(keys: KeyTable, prefixes: PrefixTable): (key: KeyId) => number {
  const ofDirectory: (number | undefined)[] = [];
  return (key) => {
    const directory = keys.directoryOf(key);
    const known = ofDirectory[directory];
    if (known !== undefined) return known;
    const bytes = keys.bytesOf(key);
    const prefix = prefixes.intern(bytes, 0, bytes.length);
    const directoryBytes = keys.directoryBytes(directory);
    if (directoryBytes.filter((byte) => byte === slash).length >= decisive) ofDirectory[directory] = prefix;
    return prefix;
  };
}

/** Segments that decide where a prefix ends, at most. */
const decisive = 3;

const nested = new Set(builtins.flatMap(({ path }) => (path.includes('/') ? path.split('/', 1) : [])));

/** Under these, some prefixes are longer than others; OpenShift's `oauth` is another. */
function isNested(head: string): boolean {
  const [before, root, first] = head.split('/');
  return before === '' && first !== undefined && (root === 'openshift.io' || nested.has(first));
}

/** Of a key long enough to have them, whatever the length of the one at hand. */
function segmentsBelow(head: string): number {
  return parseKey(`${head}/long/enough/name`).prefix.split('/').length - 1;
}

/** Where the n-th segment of a key ends: `/a/b/c` ends its second before `/c`. */
function endOfSegment(bytes: Uint8Array, start: number, end: number, n: number): number {
  let slashes = 0;
  for (let i = start; i < end; i++) if (bytes[i] === slash && slashes++ === n) return i;
  return end;
}
