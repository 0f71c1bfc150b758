import { createBitmap, hasBit, setBit, type Bitmap } from './bitmap.ts';
import type { Meta } from './meta.ts';
import {
  branchElementSize,
  isBranchPage,
  namesAll,
  pageFlags,
  pageHeader,
  pageHeaderSize,
  readPage,
  u64,
  type PageSource,
} from './page.ts';

export interface ReachablePages {
  /** Leaf pages that belong to the bucket. */
  readonly leaves: Bitmap;
  readonly leafCount: number;
  readonly branchCount: number;
  /** Pages that the tree names but that cannot be what it says: one sentence each. */
  readonly damage: readonly string[];
}

/** Page ids that a branch page points to; those of elements beyond the page are left out. */
export function branchChildren(page: Uint8Array): number[] {
  const { count } = pageHeader(page, 0);
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    const element = pageHeaderSize + i * branchElementSize;
    if (element + branchElementSize > page.length) break;
    children.push(u64(page, element + 8));
  }
  return children;
}

/**
 * Which leaf pages a bucket consists of, read from its branch pages alone: all leaves of a B+tree lie at one depth, so
 * the last branch level names them unread. Each page is visited once, whatever a damaged file says.
 */
export function reachablePages(source: PageSource, meta: Meta, root: number): ReachablePages {
  const pages = Math.min(meta.pages, Math.floor(source.size / meta.pageSize));
  const leaves = createBitmap(pages);
  const visited = createBitmap(pages);
  const damage: string[] = [];
  let leafCount = 0;
  let branchCount = 0;

  const inFile = (id: number): boolean => {
    if (id >= 2 && id < pages) return true;
    damage.push(`page ${id} is named by the tree but lies outside the file`);
    return false;
  };

  let level = inFile(root) ? [root] : [];
  while (level.length > 0) {
    if (!isBranchLevel(source, meta.pageSize, level)) {
      for (const id of level) {
        if (hasBit(leaves, id)) {
          damage.push(`page ${id} is named twice by the tree: another page is missing`);
          continue;
        }
        setBit(leaves, id);
        leafCount++;
      }
      break;
    }
    const next: number[] = [];
    // In file order, so that a cold file is read forwards.
    for (const id of level.toSorted((a, b) => a - b)) {
      if (hasBit(visited, id)) {
        damage.push(`page ${id} is named twice by the tree: another page is missing`);
        continue;
      }
      setBit(visited, id);
      const page = readPage(source, meta.pageSize, id);
      if (page === undefined || !isBranchPage(page)) {
        damage.push(`page ${id} should be a branch page and is not: what lies below it was skipped`);
        continue;
      }
      branchCount++;
      if (pageHeader(page, 0).flags !== pageFlags.branch || !namesAll(page))
        damage.push(`page ${id} is a damaged branch page: what lies below it may not all have been found`);
      for (const child of branchChildren(page)) if (inFile(child)) next.push(child);
    }
    level = next;
  }
  return { leaves, leafCount, branchCount, damage };
}

/** A level is what most of its first pages are, until one side leads by two: a single page may be damaged. */
function isBranchLevel(source: PageSource, pageSize: number, level: readonly number[]): boolean {
  const head = new Uint8Array(pageHeaderSize + branchElementSize);
  let lead = 0;
  for (const id of level) {
    if (source.read(head, id * pageSize) < head.length) continue;
    const { id: stated, flags } = pageHeader(head, 0);
    if (stated !== id) continue;
    if (isBranchPage(head)) lead++;
    else if (flags === pageFlags.leaf) lead--;
    if (Math.abs(lead) === 2) break;
  }
  return lead > 0;
}
