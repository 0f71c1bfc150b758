import { createHash } from 'node:crypto';
import { hashSize } from './trailing-hash.ts';
import { spoolErrors } from './spool-errors.ts';
import type { SpoolTarget } from './spool-target.ts';

/** Takes the pieces of a snapshot stream. */
export interface Spool {
  /** Returns a promise where the next piece should wait for the disk. Throws what an earlier write failed with. */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** Rejects with a Problem unless everything came, as the SHA-256 at its end says; resolves to the bytes written. */
  end(): Promise<number>;
  /** Resolves once nothing is being written any more, whatever became of it. */
  settled(): Promise<void>;
}

/** Written in this many bytes at once: a system call for each 32 KiB message would cost as much as the writing. */
const batchSize = 4 * 1024 * 1024;
/** In memory, for a disk that is slower than the member for a while. */
const mostWaiting = 64 * 1024 * 1024;

/** Writes a snapshot stream to a file as `etcdctl snapshot save` would leave it: the database, then its SHA-256. */
export function createSpool(target: SpoolTarget, onProgress: (bytes: number) => void): Spool {
  const hash = createHash('sha256');
  let batch: Uint8Array[] = [];
  let batched = 0;
  let total = 0;
  /** Not hashed yet, since it may be the stated hash itself. */
  let held = new Uint8Array(0);

  let writing = Promise.resolve();
  let waiting = 0;
  let failure: Error | undefined;

  /** Writes while more comes: receiving takes one core, the page cache another. */
  const flush = (): void => {
    const pieces = batch;
    const bytes = batched;
    const reached = total;
    batch = [];
    batched = 0;
    waiting += bytes;
    writing = append(writing, pieces).then(() => {
      waiting -= bytes;
      if (!failure) onProgress(reached);
      return undefined;
    });
  };
  const append = async (before: Promise<void>, pieces: readonly Uint8Array[]): Promise<void> => {
    await before;
    if (failure) return;
    try {
      await target.append(pieces);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    write(piece) {
      if (failure) throw failure;
      total += piece.length;
      batched += piece.length;
      batch.push(piece);
      if (piece.length >= hashSize) {
        hash.update(held).update(piece.subarray(0, -hashSize));
        held = new Uint8Array(piece.subarray(-hashSize));
      } else {
        const joined = Buffer.concat([held, piece]);
        const certain = Math.max(0, joined.length - hashSize);
        hash.update(joined.subarray(0, certain));
        held = new Uint8Array(joined.subarray(certain));
      }
      if (batched >= batchSize) flush();
      return waiting > mostWaiting ? writing : undefined;
    },
    async end() {
      flush();
      await writing;
      if (failure) throw failure;
      // A database is a multiple of its page size, so a whole stream ends 32 bytes behind one.
      if (total % 512 !== hashSize) throw spoolErrors.torn();
      if (!hash.digest().equals(held)) throw spoolErrors.hashMismatch();
      return total;
    },
    settled: () => writing,
  };
}
