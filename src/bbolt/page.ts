/** Page layout of bbolt, little-endian: go.etcd.io/bbolt internal/common/page.go. */
export const pageHeaderSize = 16;
export const leafElementSize = 16;
export const branchElementSize = 16;

export const pageFlags = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;
/** A leaf element with this flag is a nested bucket, not a pair. */
export const bucketLeafFlag = 0x01;

/** Where pages come from. `read` fills as much of `into` as the file has at `offset` and returns the bytes read. */
export interface PageSource {
  readonly size: number;
  read(into: Uint8Array, offset: number): number;
}

export interface PageHeader {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  /** Pages that follow and belong to this one. */
  readonly overflow: number;
}

export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Exact up to 2^53; larger values lose low bits, which no page id or transaction id of a real file has. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + 4) * 0x1_0000_0000 + u32(bytes, at);
}

export function pageHeader(bytes: Uint8Array, at: number): PageHeader {
  return { id: u64(bytes, at), flags: u16(bytes, at + 8), count: u16(bytes, at + 10), overflow: u32(bytes, at + 12) };
}

/** bbolt writes a branch page's first key right behind its elements, so its place tells how many there are. */
export function namesAll(branch: Uint8Array): boolean {
  return u32(branch, pageHeaderSize) === pageHeader(branch, 0).count * branchElementSize;
}

/** Whether a page leads to others; its header and first element are enough. Flags that no page has are damaged: then its layout tells. */
export function isBranchPage(page: Uint8Array): boolean {
  const { flags, count } = pageHeader(page, 0);
  return flags === pageFlags.branch || (flags !== pageFlags.leaf && count > 0 && namesAll(page));
}

/** A page overflows for the sake of one large pair, and etcd refuses requests of that size (--max-request-bytes). */
export const largestPage = 64 * 1024 * 1024;

/**
 * Reads the page `id` with its overflow pages. undefined where the header does not name that page, or the page would be
 * larger than any or reach beyond the file: a damaged file must not make us allocate by a number read from it.
 */
export function readPage(source: PageSource, pageSize: number, id: number): Uint8Array | undefined {
  const offset = id * pageSize;
  if (offset + pageSize > source.size) return undefined;
  const first = new Uint8Array(pageSize);
  if (source.read(first, offset) < pageSize) return undefined;
  const header = pageHeader(first, 0);
  if (header.id !== id) return undefined;
  if (header.overflow === 0) return first;
  const length = (header.overflow + 1) * pageSize;
  if (length > largestPage || offset + length > source.size) return undefined;
  const whole = new Uint8Array(length);
  return source.read(whole, offset) === length ? whole : undefined;
}
