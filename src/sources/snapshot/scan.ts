import { hasBit, type Bitmap } from '../../bbolt/bitmap.ts';
import { largestPage, pageFlags, pageHeader, pageHeaderSize, type PageSource } from '../../bbolt/page.ts';
import { appendLeafRows, type KeyInterner } from '../../mvcc/leaf-rows.ts';
import { writeFlags, type WriteBatch } from '../../model/write.ts';
import { pieceSize, type ScanPlan } from './plan.ts';

export interface ScanOutcome {
  /** Pages of live leaves, overflow included. */
  livePages: number;
  /** Live leaf pages that are not what the tree says. */
  damagedPages: number;
  /** Elements of live leaves that are no revision. */
  damagedElements: number;
}

export interface ScannedPiece {
  readonly live: WriteBatch;
  /** Keys of these rows are ids of `carvedKeys`. */
  readonly carved: WriteBatch;
}

/**
 * Takes pieces of the file that no thread has taken, reads each sequentially and yields the rows of its leaf pages. Both
 * batches are reused for the next piece.
 */
export function* scanPieces(
  source: PageSource,
  plan: ScanPlan,
  keys: KeyInterner,
  carvedKeys: KeyInterner,
  outcome: ScanOutcome,
): Generator<ScannedPiece> {
  const { pageSize, size } = plan;
  const leaves = { words: plan.leaves };
  const pages = Math.min(Math.floor(size / pageSize), plan.leaves.length * 32);
  // Room behind the piece for a leaf that reaches into the next one; no more than the file has.
  let piece = new Uint8Array(Math.min(pieceSize + (pieceSize >>> 2), size));
  let live = emptyBatch(piece);
  let carved = emptyBatch(piece);

  for (const index of takePieces(plan)) {
    const offset = index * pieceSize;
    if (index === 0 && plan.inlineLeaf) {
      const { offset: at, size: bytes } = plan.inlineLeaf;
      live.rows = carved.rows = 0;
      if (source.read(piece.subarray(0, bytes), at) === bytes)
        outcome.damagedElements += appendLeafRows({ piece, start: 0, end: bytes, fileOffset: at }, 0, keys, live);
      yield { live, carved };
    }
    const wanted = Math.min(pieceSize, size - offset);
    let filled = source.read(piece.subarray(0, wanted), offset);
    live.rows = 0;
    carved.rows = 0;
    for (let start = 0; start + pageSize <= filled && start < pieceSize;) {
      const page = (offset + start) / pageSize;
      if (page >= pages) break;
      const isLive = hasBit(leaves, page);
      const header = pageHeader(piece, start);
      const isLeaf = header.id === page && (header.flags & pageFlags.leaf) !== 0;
      const end = start + (header.overflow + 1) * pageSize;
      if (!isLeaf || offset + end > size || end - start > largestPage || swallowsLeaf(leaves, page, header.overflow)) {
        if (isLive) outcome.damagedPages++;
        start += pageSize;
        continue;
      }
      if (!isLive && !plan.carve) {
        start += pageSize;
        continue;
      }
      if (end > filled) {
        if (end > piece.length) {
          const larger = new Uint8Array(end);
          larger.set(piece.subarray(0, filled));
          piece = larger;
          live = withValuesIn(live, piece);
          carved = withValuesIn(carved, piece);
        }
        filled += source.read(piece.subarray(filled, end), offset + filled);
        if (end > filled) {
          if (isLive) outcome.damagedPages++;
          break;
        }
      }
      const leaf = { piece, start, end, fileOffset: offset };
      if (isLive) {
        outcome.livePages += header.overflow + 1;
        outcome.damagedElements += appendLeafRows(leaf, 0, keys, live);
        start = end;
      } else {
        // Free leaves may overlap, so nothing else bounds their rows.
        if (carved.rows + header.count <= carved.key.length)
          appendLeafRows(leaf, writeFlags.carved, carvedKeys, carved);
        // A free page's overflow may have been reused since.
        start += pageSize;
      }
    }
    Atomics.add(plan.progress, 1, 1);
    yield { live, carved };
  }
}

/** Another live leaf inside its overflow: the header is damaged. */
function swallowsLeaf(leaves: Bitmap, page: number, overflow: number): boolean {
  for (let next = page + 1; next <= page + overflow; next++) if (hasBit(leaves, next)) return true;
  return false;
}

/**
 * In runs, long ones first: what is written together mostly lies together, so a key that lives for minutes is met by one
 * thread only. The last runs are one piece each, so that no thread waits for another.
 */
function* takePieces({ progress, pieces }: ScanPlan): Generator<number> {
  for (let next = Atomics.load(progress, 0); next < pieces;) {
    const behind = next + Math.max(1, Math.floor((pieces - next) / 16));
    const met = Atomics.compareExchange(progress, 0, next, behind);
    if (met === next) for (let piece = next; piece < behind; piece++) yield piece;
    next = Atomics.load(progress, 0);
  }
}

/** How many pieces all threads have done. */
export function piecesDone({ progress }: ScanPlan): number {
  return Atomics.load(progress, 1);
}

/** An element of a leaf needs 16 bytes, so a piece has no more rows than this. */
function emptyBatch(piece: Uint8Array): WriteBatch {
  const room = Math.ceil(piece.length / pageHeaderSize);
  return {
    rows: 0,
    key: new Uint32Array(room),
    revision: new Float64Array(room),
    sub: new Uint32Array(room),
    bytes: new Uint32Array(room),
    flags: new Uint8Array(room),
    handle: new Float64Array(room),
    pairSize: new Uint32Array(room),
    values: { buffer: piece, start: new Uint32Array(room), size: new Uint32Array(room) },
  };
}

/** The same rows, in a larger buffer that holds the same bytes at the same places. */
function withValuesIn(batch: WriteBatch, piece: Uint8Array): WriteBatch {
  const larger = emptyBatch(piece);
  larger.rows = batch.rows;
  for (const column of ['key', 'revision', 'sub', 'bytes', 'flags', 'handle', 'pairSize'] as const) {
    larger[column].set(batch[column].subarray(0, batch.rows));
  }
  larger.values.start.set(batch.values.start.subarray(0, batch.rows));
  larger.values.size.set(batch.values.size.subarray(0, batch.rows));
  return larger;
}
