import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../errors/errno.ts';
import { encryptFile } from './encryption.ts';
import { piecesOf } from './file-pieces.ts';
import { abandonedParts, surplusBackups, type Retention } from './name.ts';
import { checksumLine, fileNotKept, type BackupStore } from './store.ts';

/** Why no backup of this size can be put into the directory; undefined where it can. Leaves nothing behind. */
export function whyNoRoom(directory: string, bytes: number, free: (directory: string) => number): string | undefined {
  try {
    if (!statSync(directory).isDirectory()) return 'it is no directory';
    // Trying tells more than the permissions do: root may write where a read-only mount forbids it.
    const trial = join(directory, `.kubechurn-${randomUUID()}`);
    closeSync(openSync(trial, 'wx', 0o600));
    unlinkSync(trial);
    const left = free(directory);
    return left < bytes ? `it has ${left} bytes free and the backup takes ${bytes}` : undefined;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return 'it does not exist';
    return code === 'EROFS' ? 'it is read-only' : code;
  }
}

/** Hexadecimal, of the whole file as it lies there, so that sha256sum gives the same. */
export function sha256Of(file: string): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(file)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * Removes the backups of this cluster that are too many or too old, checksums with them, and what a run that was killed
 * left of one. Returns their names.
 */
export function applyRetention(directory: string, clusterId: string, retention: Retention, now: number): string[] {
  const found = readdirSync(directory);
  const surplus = surplusBackups(found, clusterId, retention, now);
  const parts = abandonedParts(found, clusterId, now);
  for (const name of [...surplus, ...parts]) unlinkSync(join(directory, name));
  for (const name of surplus) removeIfThere(join(directory, `${name}.sha256`));
  return [...surplus, ...parts];
}

export interface DirectoryOptions {
  /** Encrypts what is kept. */
  readonly key?: Buffer;
  /** Bytes that may still be written there. */
  readonly free: (directory: string) => number;
}

/** Backups as files of mode 0600. */
export function directoryStore(directory: string, { key, free }: DirectoryOptions): BackupStore {
  return {
    place: directory,
    ...(key === undefined && { spoolInto: directory }),
    obstacle: (bytes) => Promise.resolve(whyNoRoom(directory, bytes, free)),
    async keep(file, name) {
      const kept = key === undefined ? name : `${name}.enc`;
      const at = join(directory, kept);
      try {
        // Without a key it lies there already: the stream was spooled into it.
        if (key !== undefined) encryptFile(file, at, key);
        const sha256 = sha256Of(at);
        writeFileSync(`${at}.sha256`, checksumLine(sha256, kept), { mode: 0o600 });
        return { at, sha256 };
      } catch (error) {
        for (const left of [at, `${at}.sha256`]) removeIfThere(left);
        throw fileNotKept(at, error);
      }
    },
    prune: (clusterId, retention, now) => Promise.resolve(applyRetention(directory, clusterId, retention, now)),
  };
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // There was none.
  }
}
