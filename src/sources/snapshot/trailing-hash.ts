import { createHash } from 'node:crypto';

import { snapshotErrors } from './errors.ts';
import { openFile, type OpenFile } from './open-file.ts';

/** `etcdctl snapshot save` appends the SHA-256 of what precedes: client/v3/snapshot. */
export const hashSize = 32;

export interface OpenedSnapshot {
  readonly file: string;
  readonly source: OpenFile;
  readonly hasHash: boolean;
}

/** A bbolt file is a multiple of its page size, so 32 bytes more are a hash (etcdutl/snapshot hasChecksum). */
export function openSnapshot(file: string): OpenedSnapshot {
  const source = openFile(file);
  return { file, source, hasHash: source.size % 512 === hashSize };
}

/** Throws where the trailing hash is not that of the file. */
export function verifyTrailingHash({ file, source, hasHash }: OpenedSnapshot): void {
  if (!hasHash) return;
  const hash = createHash('sha256');
  const end = source.size - hashSize;
  const piece = new Uint8Array(1 << 20);
  for (let offset = 0; offset < end; offset += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, end - offset));
    source.read(part, offset);
    hash.update(part);
  }
  const stated = new Uint8Array(hashSize);
  source.read(stated, end);
  if (!hash.digest().equals(stated)) throw snapshotErrors.hashMismatch(file);
}
