import { createHash } from 'node:crypto';

/** One change as etcd stores it. */
export interface Row {
  readonly revision: number;
  readonly sub: number;
  readonly key: Uint8Array;
  /** undefined: a tombstone. */
  readonly value: Uint8Array | undefined;
  /** Writes of the key since it was created, this one included; 0 for a tombstone. */
  readonly version: number;
  /** Lease id, 0 for none. */
  readonly lease: number;
}

export interface Layout {
  readonly pageSize?: number;
  /** Rows of a leaf, and children of a branch page: small numbers make a deep tree of few rows. */
  readonly rowsPerLeaf?: number;
  readonly fanOut?: number;
  /** Leaves that compaction freed, a list of rows each: their pages stay in the file, but the tree does not name them. */
  readonly freed?: readonly (readonly Row[])[];
  /** In which order pages follow each other: gives a number for each page, lowest first. */
  readonly order?: (page: number) => number;
  /** Empty pages before the n-th page of the file. */
  readonly gap?: (nth: number) => number;
  /** The `meta` bucket inside its parent's leaf, as bbolt does with small ones, or on a page of its own. */
  readonly inlineMeta?: boolean;
  readonly compactRevision?: number;
  /** The SHA-256 that `etcdctl snapshot save` appends. */
  readonly hash?: boolean;
}

export interface BboltFile {
  readonly bytes: Uint8Array;
  /** Offsets of the leaves of the bucket `key`, in key order. */
  readonly leaves: readonly number[];
  /** Offsets of its branch pages. */
  readonly branches: readonly number[];
}

const none = new Uint8Array(0);

/** The bytes of a database file that holds these rows, as bbolt and etcd 3.6 lay it out (etcd-io/bbolt internal/common). */
export function bboltFile(rows: readonly Row[], layout: Layout = {}): BboltFile {
  const { pageSize = 4096, rowsPerLeaf = 4, fanOut = 3, inlineMeta = true } = layout;
  const pages: Page[] = [];
  const add = (page: Page): Page => {
    pages.push(page);
    return page;
  };

  const sorted = [...rows].sort((a, b) => a.revision - b.revision || a.sub - b.sub);
  const leaves = chunks(sorted, rowsPerLeaf).map((some) =>
    add({ flags: leafFlag, pairs: some.map(pairOf), children: [] }),
  );
  let level = leaves;
  while (level.length > 1)
    level = chunks(level, fanOut).map((children) => add({ flags: branchFlag, pairs: [], children }));
  const keyRoot = level[0] ?? add({ flags: leafFlag, pairs: [], children: [] });
  for (const some of layout.freed ?? []) add({ flags: leafFlag, pairs: some.map(pairOf), children: [] });

  const metaPairs = [
    { key: ascii('finishedCompactRev'), value: revisionKey(layout.compactRevision ?? 0, 0, false) },
    { key: ascii('storageVersion'), value: ascii('3.6.0') },
  ];
  const metaPage = inlineMeta ? undefined : add({ flags: leafFlag, pairs: metaPairs, children: [] });
  const root = add({ flags: leafFlag, pairs: [], children: [] });
  const rootPairs = (): Pair[] => [
    { key: ascii('key'), value: bucketHeader(keyRoot.id ?? 0), bucket: true },
    {
      key: ascii('meta'),
      value: metaPage
        ? bucketHeader(metaPage.id ?? 0)
        : joined([bucketHeader(0), pageBytes(0, { flags: leafFlag, pairs: metaPairs, children: [] }, 0)]),
      bucket: true,
    },
  ];
  root.pairs = rootPairs();

  const order = layout.order ?? ((page: number) => page);
  const placed = pages.map((page, i) => ({ page, at: order(i) })).toSorted((a, b) => a.at - b.at);
  let next = 2;
  placed.forEach(({ page }, nth) => {
    next += layout.gap?.(nth) ?? 0;
    page.id = next;
    next += Math.max(1, Math.ceil(sizeOf(page) / pageSize));
  });
  root.pairs = rootPairs();

  const size = next * pageSize;
  const bytes = new Uint8Array(size + (layout.hash ? 32 : 0));
  for (const page of pages) bytes.set(pageBytes(page.id ?? 0, page, pageSize), (page.id ?? 0) * pageSize);
  for (const nth of [0, 1]) bytes.set(metaBytes({ nth, pageSize, root: root.id ?? 0, pages: next }), nth * pageSize);
  if (layout.hash) bytes.set(createHash('sha256').update(bytes.subarray(0, size)).digest(), size);
  const offset = ({ id = 0 }: Page): number => id * pageSize;
  return {
    bytes,
    leaves: (leaves.length > 0 ? leaves : [keyRoot]).map(offset),
    branches: pages.filter(({ flags }) => flags === branchFlag).map(offset),
  };
}

const branchFlag = 1;
const leafFlag = 2;
const metaFlag = 4;
const elementSize = 16;
const headerSize = 16;

interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly bucket?: boolean;
}

interface Page {
  readonly flags: number;
  pairs: readonly Pair[];
  readonly children: readonly Page[];
  id?: number;
}

function pairsOf({ pairs, children }: Page): readonly Pair[] {
  return children.length === 0 ? pairs : children.map((child) => ({ key: firstKey(child), value: none }));
}

function firstKey(page: Page): Uint8Array {
  const [child] = page.children;
  return child ? firstKey(child) : (page.pairs[0]?.key ?? none);
}

function sizeOf(page: Page): number {
  return pairsOf(page).reduce((sum, { key, value }) => sum + elementSize + key.length + value.length, headerSize);
}

/** Header, elements, then keys and values. Without a page size as long as they are: an inline bucket. */
function pageBytes(id: number, page: Page, pageSize: number): Uint8Array {
  const pairs = pairsOf(page);
  const size = sizeOf(page);
  const length = pageSize === 0 ? size : Math.max(1, Math.ceil(size / pageSize)) * pageSize;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(id), true);
  view.setUint16(8, page.flags, true);
  view.setUint16(10, pairs.length, true);
  view.setUint32(12, pageSize === 0 ? 0 : length / pageSize - 1, true);
  let at = headerSize + pairs.length * elementSize;
  pairs.forEach(({ key, value, bucket }, i) => {
    const element = headerSize + i * elementSize;
    const child = page.children[i];
    if (child) {
      view.setUint32(element, at - element, true);
      view.setUint32(element + 4, key.length, true);
      view.setBigUint64(element + 8, BigInt(child.id ?? 0), true);
    } else {
      view.setUint32(element, bucket ? 1 : 0, true);
      view.setUint32(element + 4, at - element, true);
      view.setUint32(element + 8, key.length, true);
      view.setUint32(element + 12, value.length, true);
    }
    bytes.set(key, at);
    bytes.set(value, at + key.length);
    at += key.length + value.length;
  });
  return bytes;
}

function metaBytes({
  nth,
  pageSize,
  root,
  pages,
}: {
  nth: number;
  pageSize: number;
  root: number;
  pages: number;
}): Uint8Array {
  const bytes = new Uint8Array(pageSize);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(nth), true);
  view.setUint16(8, metaFlag, true);
  view.setUint32(16, 0xed0cdaed, true);
  view.setUint32(20, 2, true);
  view.setUint32(24, pageSize, true);
  view.setBigUint64(32, BigInt(root), true);
  view.setBigUint64(48, 0xffffffffffffffffn, true); // etcd writes no freelist
  view.setBigUint64(56, BigInt(pages), true);
  view.setBigUint64(64, BigInt(10 + nth), true);
  view.setBigUint64(72, fnv1a(bytes.subarray(16, 72)), true);
  return bytes;
}

function fnv1a(bytes: Uint8Array): bigint {
  return bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n);
}

function bucketHeader(root: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(root), true);
  return bytes;
}

function pairOf({ revision, sub, key, value, version, lease }: Row): Pair {
  const fields =
    value === undefined
      ? [field(1, key)]
      : [
          field(1, key),
          number(2, Math.max(1, revision - version + 1)),
          number(3, revision),
          number(4, version),
          ...(value.length > 0 ? [field(5, value)] : []),
          ...(lease > 0 ? [number(6, lease)] : []),
        ];
  return { key: revisionKey(revision, sub, value === undefined), value: joined(fields) };
}

function revisionKey(revision: number, sub: number, tombstone: boolean): Uint8Array {
  const bytes = new Uint8Array(tombstone ? 18 : 17);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(revision));
  bytes[8] = 0x5f;
  view.setBigUint64(9, BigInt(sub));
  if (tombstone) bytes[17] = 0x74;
  return bytes;
}

function field(id: number, bytes: Uint8Array): Uint8Array {
  return joined([Uint8Array.of((id << 3) | 2), varint(bytes.length), bytes]);
}

function number(id: number, value: number): Uint8Array {
  return joined([Uint8Array.of(id << 3), varint(value)]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
