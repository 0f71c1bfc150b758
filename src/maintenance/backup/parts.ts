import { createHash } from 'node:crypto';

/** S3 takes at most 10,000 parts, and each but the last of 5 MiB or more (Amazon S3 multipart upload limits). */
const mostParts = 10_000;
const leastPartSize = 16 * 2 ** 20;

/** What an upload of so many bytes is cut into; whole MiB. */
export function partSizeFor(bytes: number): number {
  const mebibyte = 2 ** 20;
  return Math.max(leastPartSize, Math.ceil(bytes / mostParts / mebibyte) * mebibyte);
}

export interface Part {
  /** From 1 on. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** Cuts what comes in pieces into parts of this size, the last one smaller; one part, empty, of nothing. */
export function* partsOf(pieces: Iterable<Uint8Array>, size: number): Generator<Part> {
  let part = Buffer.allocUnsafe(size);
  let [number, filled] = [1, 0];
  for (const piece of pieces)
    for (let at = 0; at < piece.length;) {
      if (filled === size) {
        yield { number, bytes: part };
        part = Buffer.allocUnsafe(size);
        [number, filled] = [number + 1, 0];
      }
      const taken = piece.subarray(at, at + size - filled);
      part.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  yield { number, bytes: part.subarray(0, filled) };
}

/** As S3 states it of an object in parts: over the digests of its parts, not over its bytes. */
export function compositeSha256(digests: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(digest);
  return `${hash.digest('base64')}-${digests.length}`;
}
