import { closeSync, constants, openSync, readSync } from 'node:fs';

const pieceSize = 1 << 20;

/** A file from its beginning, or a part of an open one; each piece is valid until the next one is asked for. */
export function* piecesOf(file: string): Generator<Buffer> {
  const descriptor = openSync(file, constants.O_RDONLY);
  try {
    yield* piecesBetween(descriptor, 0, Infinity);
  } finally {
    closeSync(descriptor);
  }
}

/** As {@link piecesOf}, of the bytes of an open file from one position up to another. */
export function* piecesBetween(descriptor: number, from: number, end: number): Generator<Buffer> {
  const piece = Buffer.alloc(pieceSize);
  for (let at = from; at < end;) {
    const read = readSync(descriptor, piece, 0, Math.min(piece.length, end - at), at);
    if (read === 0) return;
    yield piece.subarray(0, read);
    at += read;
  }
}
