import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';

import type { PageSource } from '../../bbolt/page.ts';
import { snapshotErrors } from './errors.ts';

export interface OpenFile extends PageSource {
  readonly file: string;
  close(): void;
}

/** Opens a file for reading, or throws a Problem that says why not. Never waits on a pipe. */
export function openFile(file: string): OpenFile {
  const descriptor = descriptorOf(file);
  const stats = fstatSync(descriptor);
  const refusal = refusalOf(file, stats);
  if (refusal) {
    closeSync(descriptor);
    throw refusal;
  }
  return {
    file,
    size: stats.size,
    close: () => closeSync(descriptor),
    read(into, offset) {
      let done = 0;
      while (done < into.length) {
        const read = readOrExplain(file, descriptor, into, done, offset + done);
        if (read === 0) break;
        done += read;
      }
      return done;
    },
  };
}

function descriptorOf(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw snapshotErrors.missing(file);
    if (code === 'EACCES' || code === 'EPERM') throw snapshotErrors.noPermission(file);
    throw snapshotErrors.unreadable(file, code);
  }
}

function refusalOf(file: string, stats: Stats): Error | undefined {
  if (!stats.isFile()) return snapshotErrors.directory(file);
  if (stats.size === 0) return snapshotErrors.empty(file);
  const pid = lockHolder(stats);
  if (pid !== undefined) return snapshotErrors.inUse(file, pid);
  return undefined;
}

function readOrExplain(file: string, descriptor: number, into: Uint8Array, at: number, offset: number): number {
  try {
    return readSync(descriptor, into, at, into.length - at, offset);
  } catch (error) {
    throw snapshotErrors.unreadable(file, codeOf(error));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Object && 'code' in error ? String(error.code) : String(error);
}

/** bbolt holds an exclusive flock while a database is open; Linux lists them in /proc/locks as `FLOCK ADVISORY WRITE pid maj:min:inode`. */
function lockHolder({ dev, ino }: Stats): string | undefined {
  let locks: string;
  try {
    locks = readFileSync('/proc/locks', 'latin1');
  } catch {
    return undefined;
  }
  const device = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)]
    .map((part) => part.toString(16).padStart(2, '0'))
    .join(':');
  const line = locks.split('\n').find((lock) => lock.includes(`${device}:${ino} `) && / FLOCK +\w+ +WRITE /.test(lock));
  return line?.match(/WRITE +(\d+)/)?.[1];
}
