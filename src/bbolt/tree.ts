import { createBitmap, hasBit, setBit, type Bitmap } from './bitmap.ts';
import type { Meta } from './meta.ts';
import {
  branchElementSize,
  pageFlags,
  pageHeader,
  pageHeaderSize,
  readPage,
  u32,
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
      if (page === undefined || (pageHeader(page, 0).flags & pageFlags.branch) === 0) {
        damage.push(`page ${id} should be a branch page and is not: what lies below it was skipped`);
        continue;
      }
      branchCount++;
      if (!namesAll(page)) damage.push(`page ${id} is a damaged branch page: not all that lies below it was found`);
      for (const child of branchChildren(page)) if (inFile(child)) next.push(child);
    }
    level = next;
  }
  return { leaves, leafCount, branchCount, damage };
}

/** bbolt writes the first key right behind the elements, so its place tells how many there were. */
function namesAll(page: Uint8Array): boolean {
  return u32(page, pageHeaderSize) === pageHeader(page, 0).count * branchElementSize;
}

/** A level is what the first readable page of it is. */
function isBranchLevel(source: PageSource, pageSize: number, level: readonly number[]): boolean {
  const header = new Uint8Array(pageHeaderSize);
  for (const id of level) {
    if (source.read(header, id * pageSize) < pageHeaderSize) continue;
    const { id: stated, flags } = pageHeader(header, 0);
    if (stated === id && (flags & (pageFlags.branch | pageFlags.leaf)) !== 0) return (flags & pageFlags.branch) !== 0;
  }
  return false;
}
