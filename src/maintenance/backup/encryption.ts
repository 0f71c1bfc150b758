import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errnoOf } from '../../errors/errno.ts';
import { problem, type ErrorCatalogue } from '../../errors/problem.ts';
import { piecesBetween, piecesOf } from './file-pieces.ts';
import { fileNotKept } from './store.ts';

export const encryptionErrors = {
  badKey: problem(
    'BACKUP_KEY_INVALID',
    (file: string, why: string) =>
      `--backup-key ${file} is no key (${why}): give a file of 32 bytes or 64 hexadecimal digits, such as "openssl rand -hex 32" prints`,
    2,
  ),
  unreadable: problem(
    'BACKUP_UNREADABLE',
    (file: string, why: string) => `${file} cannot be read (${why}): give a file that maintain kept`,
    2,
  ),
  notEncrypted: problem(
    'BACKUP_NOT_ENCRYPTED',
    (file: string) => `${file} was not encrypted by kubechurn: use it as it is`,
    2,
  ),
  wrongKey: problem('BACKUP_WRONG_KEY', (file: string) => `${file} is damaged, or was encrypted with another key`),
  exists: problem('BACKUP_EXISTS', (file: string) => `${file} exists and is not overwritten: give another name`, 2),
} satisfies ErrorCatalogue;

/** Layout of an encrypted backup: this mark, a nonce of 12 bytes, the file under AES-256-GCM, its tag of 16 bytes. */
const mark = Buffer.from('kubechurn-aes-256-gcm-1\n');
const nonceSize = 12;
const tagSize = 16;

export function readBackupKey(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw encryptionErrors.badKey(file, errnoOf(error));
  }
  if (bytes.length === 32) return bytes;
  const text = bytes.toString('latin1').trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  throw encryptionErrors.badKey(file, `it has ${bytes.length} bytes`);
}

/** What an encrypted backup of these pieces consists of. */
export function* encryptedPieces(pieces: Iterable<Uint8Array>, key: Buffer): Generator<Uint8Array> {
  const nonce = randomBytes(nonceSize);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
  cipher.setAAD(mark);
  yield mark;
  yield nonce;
  for (const piece of pieces) yield cipher.update(piece);
  yield cipher.final();
  yield cipher.getAuthTag();
}

/** How much longer than the file its encrypted backup is. */
export const encryptionOverhead = mark.length + nonceSize + tagSize;

/** Leaves `to` with mode 0600, whole or not at all. */
export function encryptFile(from: string, to: string, key: Buffer): void {
  writeWhole(to, (write) => {
    for (const piece of encryptedPieces(piecesOf(from), key)) write(piece);
  });
}

/** Throws BACKUP_WRONG_KEY, and leaves nothing, unless every byte is as it was. */
export function decryptFile(from: string, to: string, key: Buffer): void {
  withFile(from, (descriptor) => {
    const { size } = fstatSync(descriptor);
    const head = mark.length + nonceSize;
    const bounds = Buffer.alloc(head + tagSize);
    readSync(descriptor, bounds, 0, head, 0);
    if (size < head + tagSize || !bounds.subarray(0, mark.length).equals(mark))
      throw encryptionErrors.notEncrypted(from);
    readSync(descriptor, bounds, head, tagSize, size - tagSize);
    const decipher = createDecipheriv('aes-256-gcm', key, bounds.subarray(mark.length, head), {
      authTagLength: tagSize,
    });
    decipher.setAAD(mark);
    decipher.setAuthTag(bounds.subarray(head));
    writeWhole(to, (write) => {
      for (const piece of piecesBetween(descriptor, head, size - tagSize)) write(decipher.update(piece));
      try {
        write(decipher.final());
      } catch {
        throw encryptionErrors.wrongKey(from);
      }
    });
  });
}

function withFile(file: string, use: (descriptor: number) => void): void {
  const descriptor = opened(file);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY);
  } catch (error) {
    throw encryptionErrors.unreadable(file, errnoOf(error));
  }
}

/** Throws a Problem, and leaves nothing, where it cannot be written. */
function writeWhole(file: string, fill: (write: (bytes: Uint8Array) => void) => void): void {
  try {
    writePart(`${file}.${randomBytes(4).toString('hex')}.part`, file, fill);
  } catch (error) {
    throw fileNotKept(file, error);
  }
}

function writePart(part: string, file: string, fill: (write: (bytes: Uint8Array) => void) => void): void {
  const descriptor = openSync(part, 'wx', 0o600);
  try {
    fill((bytes) => {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    });
    fsyncSync(descriptor);
    renameSync(part, file);
  } catch (error) {
    unlinkSync(part);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
