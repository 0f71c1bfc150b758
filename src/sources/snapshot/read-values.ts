import type { PageSource } from '../../bbolt/page.ts';
import { valueOf } from '../../mvcc/key-value.ts';
import { revisionKeySize, tombstoneMark } from '../../mvcc/revision-key.ts';

/** The value of the change whose revision key and pair lie at `handle`; undefined for a tombstone. */
export function readValue(source: PageSource, handle: number, pairSize: number): Uint8Array | undefined {
  const pair = new Uint8Array(pairSize);
  if (source.read(pair, handle) < pairSize) return undefined;
  // What follows a 17-byte revision key is a KeyValue, which begins with tag 0x0a; a tombstone's key ends in `t`.
  if (pair[revisionKeySize] === tombstoneMark) return undefined;
  return valueOf(pair.subarray(revisionKeySize));
}
