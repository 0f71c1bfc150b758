import type { OpenedSnapshot } from '../../../src/sources/snapshot/trailing-hash.ts';

/** A file's bytes as if they had been opened. */
export function opened(bytes: Uint8Array, { hash = false } = {}): OpenedSnapshot {
  const file = 'member/snap/db';
  const read = (into: Uint8Array, offset: number): number => {
    const part = bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  };
  return { file, hasHash: hash, source: { file, size: bytes.length, read, close() {} } };
}
