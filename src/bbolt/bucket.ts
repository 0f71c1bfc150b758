import type { Meta } from './meta.ts';
import {
  bucketLeafFlag,
  isBranchPage,
  leafElementSize,
  pageHeader,
  pageHeaderSize,
  readPage,
  u32,
  u64,
} from './page.ts';
import type { PageSource } from './page.ts';
import { branchChildren } from './tree.ts';

/** A top-level bucket: its root page, or the inline page that a small bucket keeps inside its parent's leaf, `at` so many bytes into the file. */
export type Bucket = { readonly root: number } | { readonly inline: Uint8Array; readonly at: number };

export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly isBucket: boolean;
  /** Where the value begins, from where the page does. */
  readonly at: number;
}

/** The pairs of one leaf page, inline pages included. Elements that point outside the page are left out. */
function leafPairs(page: Uint8Array): Pair[] {
  const { count } = pageHeader(page, 0);
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const element = pageHeaderSize + i * leafElementSize;
    if (element + leafElementSize > page.length) break;
    const key = element + u32(page, element + 4);
    const value = key + u32(page, element + 8);
    const end = value + u32(page, element + 12);
    if (end > page.length) continue;
    pairs.push({
      key: page.subarray(key, value),
      value: page.subarray(value, end),
      isBucket: (u32(page, element) & bucketLeafFlag) !== 0,
      at: value,
    });
  }
  return pairs;
}

/** All pairs of a small bucket, in key order, `at` counted from the file's beginning but for inline pages. At most `limit` pages are read. */
export function bucketPairs(source: PageSource, meta: Meta, bucket: Bucket, limit = 10_000): Pair[] {
  if ('inline' in bucket) return leafPairs(bucket.inline);
  const pairs: Pair[] = [];
  const seen = new Set<number>();
  const pending = [bucket.root];
  while (pending.length > 0 && seen.size < limit) {
    const id = pending.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    const page = readPage(source, meta.pageSize, id);
    if (page === undefined) continue;
    if (isBranchPage(page)) pending.push(...branchChildren(page).toReversed());
    else pairs.push(...leafPairs(page).map((pair) => ({ ...pair, at: id * meta.pageSize + pair.at })));
  }
  return pairs;
}

/** Behind the bucket's header: its root page's id and its sequence. */
const inlinePage = 16;

/** The top-level buckets by name. */
export function readBuckets(source: PageSource, meta: Meta): Map<string, Bucket> {
  const buckets = new Map<string, Bucket>();
  const decoder = new TextDecoder('latin1');
  for (const { key, value, isBucket, at } of bucketPairs(source, meta, { root: meta.rootPage })) {
    if (!isBucket || value.length < inlinePage) continue;
    const root = u64(value, 0);
    buckets.set(
      decoder.decode(key),
      root === 0 ? { inline: value.subarray(inlinePage), at: at + inlinePage } : { root },
    );
  }
  return buckets;
}
