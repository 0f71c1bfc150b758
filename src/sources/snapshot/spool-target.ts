import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writev,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, isDiskFull } from '../../errors/errno.ts';
import type { Problem } from '../../errors/problem.ts';
import { spoolErrors } from './spool-errors.ts';

/** A file that a snapshot is being written to. */
export interface SpoolTarget {
  /** Where to read it while it is open. */
  readonly path: string;
  /** Appends the pieces in order, one call after the other. Rejects with a Problem where the disk is full or fails. */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** It is whole: a temporary file stays as it is, a kept one gets its name. Returns where it lies now. */
  finish(): string;
  /** Removes what cannot be used, and closes it. May be called more than once. */
  discard(): void;
}

/** Bytes that may still be written below a directory, by one who is not root. */
export type FreeSpace = (directory: string) => number;

export const freeSpace: FreeSpace = (directory) => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

/** The database grows while it is streamed, and a disk filled to the last byte harms others. */
const spare = 64 * 1024 * 1024;

/** Whether a database of this size can be spooled to the temporary directory; else the sentence that says why not. */
export function temporaryShortage(sizeBytes: number, free: FreeSpace, directory = tmpdir()): string | undefined {
  let left: number;
  try {
    left = free(directory);
  } catch (error) {
    return `${directory} cannot be written to (${errnoOf(error)}): set TMPDIR to a directory that can`;
  }
  if (left >= sizeBytes + spare) return undefined;
  return `${directory} has ${left} bytes free and the snapshot takes ${sizeBytes}: set TMPDIR to a place with more`;
}

/** Removed from its directory as soon as it is open, so that nothing is left behind however this process ends. */
export function openTemporary(directory = tmpdir()): SpoolTarget {
  const file = join(directory, `kubechurn-${randomBytes(8).toString('hex')}.db`);
  const { descriptor, release } = openedUntilInterrupted(file);
  unlinkSync(file);
  // Both Linux and macOS open a descriptor's file by this name again.
  return target(file, descriptor, {
    path: `/dev/fd/${descriptor}`,
    finish() {
      release();
      return `/dev/fd/${descriptor}`;
    },
    remove: release,
  });
}

/** Throws a Problem where the file exists or cannot hold a database of this size. */
export function checkKept(file: string, sizeBytes: number, free: FreeSpace): void {
  if (existsSync(file)) throw spoolErrors.exists(file);
  const directory = dirname(file);
  if (!existsSync(directory)) throw spoolErrors.noDirectory(directory);
  const left = free(directory);
  if (left < sizeBytes + spare) throw spoolErrors.noRoom(directory, left, sizeBytes);
}

/** Has another name until it is whole; that one is removed when the program is interrupted. */
export function openKept(file: string): SpoolTarget {
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  const { descriptor, release } = openedUntilInterrupted(part);
  const remove = (): void => {
    removeIfThere(part);
    release();
  };
  return target(file, descriptor, {
    path: part,
    finish() {
      orExplain(file, () => fsyncSync(descriptor));
      // Not overwritten even where it appeared meanwhile; two programs saving to one name at once is not our case.
      if (existsSync(file)) throw spoolErrors.exists(file);
      orExplain(file, () => {
        renameSync(part, file);
        syncDirectory(dirname(file));
      });
      remove();
      return file;
    },
    remove,
  });
}

function target(
  file: string,
  descriptor: number,
  { path, finish, remove }: { path: string; finish: () => string; remove: () => void },
): SpoolTarget {
  let open = true;
  return {
    path,
    finish,
    async append(pieces) {
      for (let rest = pieces; rest.length > 0;) {
        try {
          const { bytesWritten } = await write(descriptor, rest);
          rest = behindBytes(rest, bytesWritten);
        } catch (error) {
          throw explained(file, error);
        }
      }
    },
    discard() {
      remove();
      if (open) close(descriptor);
      open = false;
    },
  };
}

/** What is kept has been synced; of anything else a disk that is full or gone may say so once more. */
function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It is closed all the same.
  }
}

function behindBytes(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let skip = written;
  return pieces.flatMap((piece) => {
    const taken = Math.min(skip, piece.length);
    skip -= taken;
    return taken === piece.length ? [] : [piece.subarray(taken)];
  });
}

/** A new file that a signal removes before it ends the program, until it is released: from its first instant on. */
function openedUntilInterrupted(file: string): { readonly descriptor: number; release(): void } {
  const forget = (): void => {
    for (const signal of endings) process.off(signal, interrupted);
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    removeIfThere(file);
    forget();
    process.kill(process.pid, signal);
  };
  // Node hands a signal over between two turns of its event loop: one that came in this turn is forgotten with its listener.
  const release = (): void => void setImmediate(() => setImmediate(forget));
  for (const signal of endings) process.on(signal, interrupted);
  try {
    return { descriptor: opened(file), release };
  } catch (error) {
    release();
    throw error;
  }
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/** Readable by its owner only: it holds every Secret of the cluster. */
function opened(file: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  return orExplain(file, () => openSync(file, flags, 0o600));
}

function orExplain<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw explained(file, error);
  }
}

function explained(file: string, error: unknown): Problem {
  return isDiskFull(error) ? spoolErrors.full(dirname(file)) : spoolErrors.unwritable(file, errnoOf(error));
}

const write = promisify(writev);

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Renamed or removed already.
  }
}

/** A rename survives a power cut only once the directory is on disk. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
