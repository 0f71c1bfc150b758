import { errnoOf, isDiskFull } from '../../errors/errno.ts';
import { isProblem, problem, type ErrorCatalogue, type Problem } from '../../errors/problem.ts';
import type { Retention } from './name.ts';

export const backupErrors = {
  notKept: problem('BACKUP_NOT_KEPT', (at: string, why: string) => `${at} could not be written: ${why}`),
} satisfies ErrorCatalogue;

/** For whatever was thrown while a file was written. */
export function fileNotKept(at: string, error: unknown): Problem {
  if (isProblem(error)) return error;
  return backupErrors.notKept(at, isDiskFull(error) ? 'its disk is full' : errnoOf(error));
}

/** Where backups are kept: a directory, or a bucket. */
export interface BackupStore {
  /** As the user named it: `/var/backups/etcd`, `s3://bucket/prefix`. */
  readonly place: string;
  /** Whether the stream itself may become the backup: it is kept as it comes, in a directory of this machine. */
  readonly spoolInto?: string;
  /** Why no backup of this size can be kept, one clause; undefined where it can. Leaves nothing behind. */
  obstacle(bytes: number): Promise<string | undefined>;
  /**
   * Keeps a whole snapshot under the name, encrypted where there is a key, with its SHA-256 beside it, and sees that it
   * lies there as it was handed over. Throws a Problem otherwise, and leaves nothing.
   */
  keep(file: string, name: string, signal: AbortSignal): Promise<KeptBackup>;
  /**
   * Removes the backups of this cluster that are too many or too old, never the newest, and what a run that was killed
   * left of one. Returns their names.
   */
  prune(clusterId: string, retention: Retention, now: number): Promise<readonly string[]>;
}

export interface KeptBackup {
  /** `/var/backups/etcd/etcd-….db`, `s3://bucket/prefix/etcd-….db`. */
  readonly at: string;
  /** Of what lies there, in hexadecimal. */
  readonly sha256: string;
}

/** What `sha256sum -c` reads. */
export function checksumLine(sha256: string, name: string): string {
  return `${sha256}  ${name}\n`;
}
