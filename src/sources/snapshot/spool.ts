import { createHash } from 'node:crypto';
import { hashSize } from './trailing-hash.ts';
import { spoolErrors } from './spool-errors.ts';
import type { SpoolTarget } from './spool-target.ts';

/** Takes the pieces of a snapshot stream. */
export interface Spool {
  /**
   * Copies the piece. Returns a promise where the next one should wait for the disk. Throws what an earlier write failed
   * with.
   */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** Rejects with a Problem unless everything came, as the SHA-256 at its end says; resolves to the bytes written. */
  end(): Promise<number>;
  /** Resolves once nothing is being written any more, whatever became of it. */
  settled(): Promise<void>;
}

/** Hashed and written in this many bytes at once, or a multiple: a call for each 32 KiB message would cost as much as the work. */
const batchSize = 256 * 1024;
/** In memory, for a disk that is slower than the member for a while. */
const mostWaiting = 256;

/**
 * Writes a snapshot stream to a file as `etcdctl snapshot save` would leave it: the database, then its SHA-256. Each batch
 * has the last 32 bytes of those before in front: they are not hashed yet, since they may be the stated hash itself.
 */
export function createSpool(target: SpoolTarget, onProgress: (bytes: number) => void): Spool {
  const hash = createHash('sha256');
  const unused: Uint8Array[] = [];
  const anotherBatch = (): Uint8Array => unused.pop() ?? new Uint8Array(hashSize + batchSize);
  let batch = anotherBatch();
  let batched = 0;
  let total = 0;

  let queue: { readonly batch: Uint8Array; readonly bytes: Uint8Array }[] = [];
  let waiting = 0;
  let written = 0;
  let writing: Promise<void> | undefined;
  let failure: Error | undefined;

  const flush = (): void => {
    const full = batch;
    const end = hashSize + batched;
    const [heldBefore, held] = [Math.min(hashSize, total - batched), Math.min(hashSize, total)];
    hash.update(full.subarray(hashSize - heldBefore, end - held));
    queue.push({ batch: full, bytes: full.subarray(hashSize, end) });
    waiting++;
    batch = anotherBatch();
    batch.set(full.subarray(end - held, end), hashSize - held);
    batched = 0;
    writing ??= writeQueued();
  };
  /** Writes while more comes, and all that came meanwhile at once: on a busy machine each call waits for its turn. */
  const writeQueued = async (): Promise<void> => {
    while (queue.length > 0) {
      const taken = queue;
      queue = [];
      if (!failure) await append(taken.map(({ bytes }) => bytes));
      waiting -= taken.length;
      unused.push(...taken.map((each) => each.batch));
    }
    writing = undefined;
  };
  const append = async (pieces: readonly Uint8Array[]): Promise<void> => {
    try {
      await target.append(pieces);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      return;
    }
    written += pieces.reduce((sum, piece) => sum + piece.length, 0);
    onProgress(written);
  };

  return {
    write(piece) {
      if (failure) throw failure;
      for (let at = 0; at < piece.length;) {
        const taken = piece.subarray(at, at + batchSize - batched);
        batch.set(taken, hashSize + batched);
        batched += taken.length;
        total += taken.length;
        at += taken.length;
        if (batched === batchSize) flush();
      }
      return waiting > mostWaiting ? writing : undefined;
    },
    async end() {
      flush();
      await writing;
      if (failure) throw failure;
      // A database is a multiple of its page size, so a whole stream ends 32 bytes behind one.
      if (total % 512 !== hashSize) throw spoolErrors.torn();
      if (!hash.digest().equals(batch.subarray(0, hashSize))) throw spoolErrors.hashMismatch();
      return total;
    },
    settled: async () => writing,
  };
}
