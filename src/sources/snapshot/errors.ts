import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

const whatToGive = `give etcd's member/snap/db or a file made by "etcdctl snapshot save"`;

export const snapshotErrors = {
  missing: problem('SNAPSHOT_MISSING', (file: string) => `${file} does not exist: ${whatToGive}`, 2),
  directory: problem('SNAPSHOT_IS_DIRECTORY', (file: string) => `${file} is not a regular file: ${whatToGive}`, 2),
  noPermission: problem(
    'SNAPSHOT_NO_PERMISSION',
    (file: string) => `${file} may not be read by this user: run as its owner or give a copy`,
    2,
  ),
  unreadable: problem(
    'SNAPSHOT_UNREADABLE',
    (file: string, why: string) => `${file} cannot be read (${why}): copy it to a healthy disk and give the copy`,
  ),
  empty: problem('SNAPSHOT_EMPTY', (file: string) => `${file} is empty (0 bytes): ${whatToGive}`),
  notBbolt: problem(
    'SNAPSHOT_NOT_BBOLT',
    (file: string) => `${file} is not a bbolt database, or its head is damaged: ${whatToGive}`,
  ),
  notEtcd: problem(
    'SNAPSHOT_NOT_ETCD',
    (file: string) => `${file} is a bbolt database without etcd's bucket "key": ${whatToGive}`,
  ),
  inUse: problem(
    'SNAPSHOT_IN_USE',
    (file: string, pid: string) =>
      `${file} belongs to the running process ${pid}, which changes it while we read: stop that etcd, or give the file that "etcdctl snapshot save" makes`,
  ),
  hashMismatch: problem(
    'SNAPSHOT_HASH_MISMATCH',
    (file: string) => `${file} is damaged: its SHA-256 does not match; pass --skip-hash-check to read what is left`,
  ),
} satisfies ErrorCatalogue;
