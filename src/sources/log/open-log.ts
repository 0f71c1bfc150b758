import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { logErrors } from './errors.ts';

const pieceBytes = 1 << 20;

/** By its first bytes, whatever its name: rotated logs end in .gz, in .1, or in a date. */
const compressions = [
  { magic: [0x1f, 0x8b], unpack: createGunzip },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: createZstdDecompress },
] as const;
const unread = [
  { magic: [0xfd, 0x37, 0x7a, 0x58], name: 'xz' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2' },
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'zip' },
] as const;

/** A log's bytes, unpacked, in pieces. */
export interface LogBytes {
  readonly pieces: AsyncIterable<Buffer>;
  /** True once the log turned out to end before its compressed stream does. */
  tornAt(): boolean;
}

/** Opens a file, a pipe, or for "-" what is piped in. Throws a Problem that says why it cannot. */
export async function openLog(file: string, stdin: Readable, whatToGive: string): Promise<LogBytes> {
  const explained = (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> => explainedBy(pieces, file, whatToGive);
  const raw = file === '-' ? stdin : createReadStream(file, { highWaterMark: pieceBytes });
  const first = await firstPiece(raw).catch((error: unknown) => {
    throw explain(error, file, whatToGive);
  });
  const refused = unread.find(({ magic }) => begins(first, magic));
  if (refused) {
    raw.destroy();
    throw logErrors.compressed(file, refused.name);
  }
  const compression = compressions.find(({ magic }) => begins(first, magic));
  let torn = false;
  return {
    tornAt: () => torn,
    pieces: compression ? unpacked() : explained(withFirst(first, raw)),
  };

  async function* unpacked(): AsyncGenerator<Buffer> {
    const through = new PassThrough({ highWaterMark: pieceBytes });
    const unpack = compression!.unpack({ chunkSize: pieceBytes });
    void feed(through, explained(withFirst(first, raw)));
    // pipe() leaves errors where they happen; the generator below meets them.
    through.on('error', (error) => unpack.destroy(error));
    try {
      for await (const piece of through.pipe(unpack)) if (Buffer.isBuffer(piece)) yield piece;
    } catch (error) {
      // A log cut short, or still being written: what came before is whole.
      if (!isCompressionError(error)) throw error;
      torn = true;
    } finally {
      raw.destroy();
    }
  }
}

async function firstPiece(raw: Readable): Promise<Buffer> {
  for (;;) {
    const piece: unknown = raw.read();
    if (Buffer.isBuffer(piece)) return piece;
    if (raw.readableEnded || raw.destroyed) return Buffer.alloc(0);
    await Promise.race([once(raw, 'readable'), once(raw, 'end')]);
  }
}

async function* withFirst(first: Buffer, raw: Readable): AsyncGenerator<Buffer> {
  yield first;
  for await (const piece of raw) if (Buffer.isBuffer(piece)) yield piece;
}

async function* explainedBy(pieces: AsyncIterable<Buffer>, file: string, whatToGive: string): AsyncGenerator<Buffer> {
  try {
    yield* pieces;
  } catch (error) {
    throw explain(error, file, whatToGive);
  }
}

async function feed(into: PassThrough, pieces: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of pieces) if (!into.write(piece)) await once(into, 'drain');
    into.end();
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function begins(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function isCompressionError(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code.startsWith('ERR_ZSTD');
}

function explain(error: unknown, file: string, whatToGive: string): unknown {
  const code = codeOf(error);
  if (code === '') return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return logErrors.missing(file, whatToGive);
  if (code === 'EISDIR') return logErrors.directory(file);
  if (code === 'EACCES' || code === 'EPERM') return logErrors.noPermission(file);
  return logErrors.unreadable(file, code);
}

function codeOf(error: unknown): string {
  // By shape, not instanceof: an error of Node's own may come from another realm.
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
