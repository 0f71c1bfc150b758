import { pageFlags, pageHeaderSize, u16, u32, u64, type PageSource } from './page.ts';

/** The state of the database as of one transaction: go.etcd.io/bbolt internal/common/meta.go. */
export interface Meta {
  readonly pageSize: number;
  readonly rootPage: number;
  /** Number of pages the file's tree may reach (the high-water mark). */
  readonly pages: number;
  readonly transaction: number;
}

const magic = 0xed0cdaed;
const version = 2;
const checksummedSize = 56;
const pageSizes = [4096, 8192, 16384, 32768, 65536, 1024, 2048];

/** The newer of the two meta pages whose checksum holds, or undefined where neither does. */
export function readMeta(source: PageSource): Meta | undefined {
  const metas = [0, ...pageSizes].map((offset) => readMetaAt(source, offset)).filter((meta) => meta !== undefined);
  const [first] = metas;
  if (first === undefined) return undefined;
  return metas
    .filter((meta) => meta.pageSize === first.pageSize)
    .reduce((newest, meta) => (meta.transaction > newest.transaction ? meta : newest));
}

function readMetaAt(source: PageSource, offset: number): Meta | undefined {
  const bytes = new Uint8Array(pageHeaderSize + checksummedSize + 8);
  if (source.read(bytes, offset) < bytes.length) return undefined;
  if ((u16(bytes, 8) & pageFlags.meta) === 0) return undefined;
  const at = pageHeaderSize;
  if (u32(bytes, at) !== magic || u32(bytes, at + 4) !== version) return undefined;
  if (
    fnv1a64(bytes, at, at + checksummedSize) !== new DataView(bytes.buffer).getBigUint64(at + checksummedSize, true)
  ) {
    return undefined;
  }
  const pageSize = u32(bytes, at + 8);
  if (!pageSizes.includes(pageSize) || (offset !== 0 && offset !== pageSize)) return undefined;
  return { pageSize, rootPage: u64(bytes, at + 16), pages: u64(bytes, at + 40), transaction: u64(bytes, at + 48) };
}

function fnv1a64(bytes: Uint8Array, start: number, end: number): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = start; i < end; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(bytes[i]!)) * 0x100000001b3n);
  return hash;
}
