import { readBuckets, type Bucket } from '../../bbolt/bucket.ts';
import { readMeta, type Meta } from '../../bbolt/meta.ts';
import type { PageSource } from '../../bbolt/page.ts';
import { reachablePages } from '../../bbolt/tree.ts';
import { readStoreState, type StoreState } from '../../mvcc/meta-bucket.ts';
import { snapshotErrors } from './errors.ts';
import { hashSize, type OpenedSnapshot } from './trailing-hash.ts';

/** What a thread needs to scan its part; can be cloned to it. */
export interface ScanPlan {
  readonly file: string;
  /** Without the trailing hash. */
  readonly size: number;
  readonly pageSize: number;
  /** Words of the bitmap of leaf pages that belong to the bucket `key`, in shared memory. */
  readonly leaves: Uint32Array;
  /** The page that holds the whole bucket `key` of a database with next to nothing in it. */
  readonly inlineLeaf?: { readonly offset: number; readonly size: number };
  /** Shared: the next piece that no thread has taken, and how many are done. */
  readonly progress: Int32Array;
  readonly pieces: number;
  /** Of each revision that this divides, what its value states of its time is wanted. A power of two. */
  readonly timesOfEvery: number;
  /** Scan free pages too. */
  readonly carve: boolean;
}

export interface SnapshotFacts {
  readonly plan: ScanPlan;
  readonly meta: Meta;
  readonly state: StoreState;
  /** The file without a snapshot's trailing hash. */
  readonly sizeBytes: number;
  /** Used pages that are no leaves of the bucket `key`: meta, branches, the other buckets. */
  readonly otherPages: number;
  /** One sentence each. */
  readonly damage: readonly string[];
}

/** Smaller ones are read from a cold disk sooner than they are counted; with 4 MiB either waits for the other. */
export const pieceSize = 1024 * 1024;

/** Reads what precedes a scan: the meta pages, the buckets, which leaves are live. */
export function planScan({ file, source, hasHash }: OpenedSnapshot, carve: boolean): SnapshotFacts {
  const size = source.size - (hasHash ? hashSize : 0);
  const pages: PageSource = { size, read: (into, offset) => source.read(into, offset) };
  const meta = readMeta(pages);
  if (meta === undefined) throw snapshotErrors.notBbolt(file);
  const buckets = readBuckets(pages, meta);
  const bucket = buckets.get('key');
  const damage: string[] = [];
  const expected = meta.pages * meta.pageSize;
  if (size < expected) damage.push(`the file ends after ${size} of ${expected} bytes: what lay behind was not read`);
  if (bucket === undefined && damage.length === 0) throw snapshotErrors.notEtcd(file);
  if (bucket === undefined) damage.push('the bucket "key" could not be found: no change was read');
  const tree = bucket && 'root' in bucket ? reachablePages(pages, meta, bucket.root) : undefined;
  damage.push(...summed(tree?.damage ?? []));
  return {
    meta,
    state: readStoreState(pages, meta, buckets),
    sizeBytes: size,
    otherPages: metaPages + (tree?.branchCount ?? 0) + pagesBeside(pages, meta, buckets),
    damage,
    plan: {
      file,
      size,
      pageSize: meta.pageSize,
      leaves:
        tree?.leaves.words ?? new Uint32Array(new SharedArrayBuffer(Math.ceil(size / meta.pageSize / 32) * 4 + 4)),
      ...(bucket && 'inline' in bucket && { inlineLeaf: { offset: bucket.at, size: bucket.inline.length } }),
      progress: new Int32Array(new SharedArrayBuffer(8)),
      pieces: Math.ceil(size / pieceSize),
      timesOfEvery: 2 ** Math.max(0, Math.floor(Math.log2((tree?.leafCount ?? 0) / leavesOfTime))),
      carve,
    },
  };
}

/** So many leaves hold enough changes for a clock of one-second resolution. */
const leavesOfTime = 2048;

const metaPages = 2;

/** Pages of the root bucket and of all buckets but `key`. Their leaves are small and do not overflow. */
function pagesBeside(source: PageSource, meta: Meta, buckets: ReadonlyMap<string, Bucket>): number {
  const roots = [...buckets].flatMap(([name, bucket]) => (name !== 'key' && 'root' in bucket ? [bucket.root] : []));
  return [meta.rootPage, ...roots]
    .map((root) => reachablePages(source, meta, root))
    .reduce((sum, { leafCount, branchCount }) => sum + leafCount + branchCount, 0);
}

function summed(sentences: readonly string[], most = 5): string[] {
  if (sentences.length <= most) return [...sentences];
  return [...sentences.slice(0, most), `${sentences.length - most} more pages of the tree are damaged`];
}
