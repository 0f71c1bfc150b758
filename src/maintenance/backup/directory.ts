import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, readSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../errors/errno.ts';

/** How many backups stay, and how long; absent: all, for ever. */
export interface Retention {
  readonly count?: number;
  readonly ageMs?: number;
}

/** `etcd-cdf818194e3a8c32-r28830-20260301T025907Z.db`: the cluster's id as etcdctl writes it, the newest revision, when. */
export function backupName(clusterId: string, revision: number, now: number): string {
  const at = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `etcd-${BigInt(clusterId).toString(16)}-r${revision}-${at}.db`;
}

const ours = /^etcd-[0-9a-f]+-r\d+-(\d{8}T\d{6}Z)\.db(\.enc)?$/;

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
  const descriptor = openSync(file, constants.O_RDONLY);
  const hash = createHash('sha256');
  const piece = new Uint8Array(1 << 20);
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece))
      hash.update(piece.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** Beside the backup, as `sha256sum -c` reads it. */
export function writeChecksum(file: string, name: string, sha256: string): void {
  writeFileSync(`${file}.sha256`, `${sha256}  ${name}\n`, { mode: 0o600 });
}

/** Removes the backups of this cluster that are too many or too old, never the newest. Returns their names. */
export function applyRetention(
  directory: string,
  clusterId: string,
  { count, ageMs }: Retention,
  now: number,
): string[] {
  const prefix = `etcd-${BigInt(clusterId).toString(16)}-`;
  const names = readdirSync(directory)
    .filter((name) => ours.test(name) && name.startsWith(prefix))
    .toSorted((a, b) => madeAt(b) - madeAt(a));
  const doomed = names.filter(
    (name, i) => i > 0 && ((count !== undefined && i >= count) || (ageMs !== undefined && now - madeAt(name) > ageMs)),
  );
  for (const name of doomed) {
    unlinkSync(join(directory, name));
    removeIfThere(join(directory, `${name}.sha256`));
  }
  return doomed;
}

function madeAt(name: string): number {
  const [, at = ''] = ours.exec(name) ?? [];
  return Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // There was none.
  }
}
