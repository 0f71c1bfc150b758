import { describe, expect, it } from '@jest/globals';
import { readBuckets } from '../../../src/bbolt/bucket.ts';
import { readMeta } from '../../../src/bbolt/meta.ts';
import { largestPage, type PageSource } from '../../../src/bbolt/page.ts';
import { reachablePages, type ReachablePages } from '../../../src/bbolt/tree.ts';
import { hasBit } from '../../../src/bbolt/bitmap.ts';
import { readStoreState } from '../../../src/mvcc/meta-bucket.ts';
import { bboltFile, type Row } from './bbolt-file.ts';
import { opened } from './opened.ts';

const rows = Array.from({ length: 100 }, (_, i): Row => ({
  revision: i + 2,
  sub: 0,
  key: Uint8Array.of(0x2f, i),
  value: Uint8Array.of(1),
  version: 1,
  lease: 0,
}));

describe.each([1024, 4096, 16_384, 65_536])('a database of pages of %i bytes', (pageSize) => {
  it.each([true, false])('is read by its newest meta page, with a small bucket inline: %s', (inlineMeta) => {
    const { bytes, leaves, branches } = bboltFile(rows, {
      pageSize,
      inlineMeta,
      rowsPerLeaf: 3,
      fanOut: 4,
      compactRevision: 77,
    });
    const { source } = opened(bytes);
    const meta = readMeta(source)!;
    expect(meta).toMatchObject({ pageSize, pages: bytes.length / pageSize, transaction: 11 });
    const buckets = readBuckets(source, meta);
    expect([...buckets.keys()]).toEqual(['key', 'meta']);
    expect(readStoreState(source, meta, buckets)).toEqual({ compactRevision: 77, storageVersion: '3.6.0', alarms: [] });

    const key = buckets.get('key')!;
    const tree = reachablePages(source, meta, 'root' in key ? key.root : 0);
    expect(tree).toMatchObject({ leafCount: leaves.length, branchCount: branches.length, damage: [] });
    expect(branches.length).toBeGreaterThan(10); // three levels of them
    const pages = Array.from({ length: meta.pages }, (_, page) => page).filter((page) => hasBit(tree.leaves, page));
    expect(pages).toEqual(leaves.map((offset) => offset / pageSize).toSorted((a, b) => a - b));
  });

  it('is read by the older meta page where the newer one is damaged, and not at all where both are', () => {
    const { bytes } = bboltFile(rows, { pageSize });
    bytes[pageSize + 50]! ^= 1;
    expect(readMeta(opened(bytes).source)).toMatchObject({ pageSize, transaction: 10 });
    bytes[50]! ^= 1;
    expect(readMeta(opened(bytes).source)).toBeUndefined();
  });

  it('is read by the newer one where the older one is damaged', () => {
    const { bytes } = bboltFile(rows, { pageSize });
    bytes.fill(0, 0, 100);
    expect(readMeta(opened(bytes).source)).toMatchObject({ pageSize, transaction: 11 });
  });
});

describe('a damaged tree', () => {
  const { bytes: whole, branches, leaves } = bboltFile(rows, { rowsPerLeaf: 3, fanOut: 4 });
  const treeOf = (
    harm: (bytes: Uint8Array, view: DataView) => void,
    from = (source: PageSource): PageSource => source,
  ): ReachablePages => {
    const bytes = whole.slice();
    harm(bytes, new DataView(bytes.buffer));
    const source = from(opened(bytes).source);
    const meta = readMeta(source)!;
    const key = readBuckets(source, meta).get('key')!;
    return reachablePages(source, meta, 'root' in key ? key.root : 0);
  };
  const damageOf = (harm: Parameters<typeof treeOf>[0]): readonly string[] => treeOf(harm).damage;
  const child = (nth: number): number => branches[0]! + 16 + nth * 16 + 8;

  it('is said to name a page outside the file', () => {
    expect(damageOf((_, view) => view.setBigUint64(child(1), 1n << 40n, true))).toEqual([
      expect.stringMatching(/lies outside the file/),
    ]);
  });

  it('is said to name a page twice', () => {
    expect(damageOf((_, view) => view.setBigUint64(child(1), view.getBigUint64(child(0), true), true))).toEqual([
      expect.stringMatching(/named twice/),
    ]);
  });

  it('ends where a branch leads back to the root', () => {
    const root = branches.at(-1)!;
    expect(damageOf((_, view) => view.setBigUint64(root + 16 + 8, BigInt(root / 4096), true)).length).toBeGreaterThan(
      0,
    );
  });

  it('is said to have a branch page that lost children', () => {
    expect(damageOf((_, view) => view.setUint16(branches[0]! + 10, 2, true))).toEqual([
      expect.stringMatching(/damaged branch page/),
    ]);
  });

  it('is said to have a branch page that is none', () => {
    expect(damageOf((bytes) => bytes.fill(0, branches[1], branches[1]! + 4096))).toEqual([
      expect.stringMatching(/should be a branch page/),
    ]);
  });

  it('is found in full when a bit of the flags of a page is flipped, whichever page it is', () => {
    for (const page of [...leaves, ...branches])
      for (let bit = 0; bit < 16; bit++) {
        const tree = treeOf((bytes) => (bytes[page + 8 + (bit >>> 3)]! ^= 1 << (bit & 7)));
        expect({ page, bit, leafCount: tree.leafCount }).toEqual({ page, bit, leafCount: leaves.length });
        expect(tree.damage).toEqual(branches.includes(page) ? [expect.stringMatching(/damaged branch page/)] : []);
      }
  });

  it('is judged by most of its pages where one says to be what it is not', () => {
    const lying = (page: number, flags: number) => (bytes: Uint8Array) => void (bytes[page + 8] = flags);
    expect(treeOf(lying(leaves[0]!, 1)).leafCount).toBe(leaves.length);
    expect(treeOf(lying(branches[0]!, 2))).toMatchObject({
      leafCount: leaves.length - 4,
      damage: [expect.stringMatching(/should be a branch page/)],
    });
  });

  it('takes no more room than the largest page there can be, whatever a page of a large file claims', () => {
    for (const overflow of [2 ** 14, 2 ** 18, 2 ** 20]) {
      let largest = 0;
      const tree = treeOf(
        (_, view) => view.setUint32(branches[0]! + 12, overflow, true),
        ({ read }) => ({
          size: 2 ** 40,
          read: (into, offset) => {
            largest = Math.max(largest, into.length);
            return read(into, offset);
          },
        }),
      );
      expect(largest).toBeLessThanOrEqual(largestPage);
      expect(tree.damage).toEqual([expect.stringMatching(/should be a branch page/)]);
    }
  });
});
