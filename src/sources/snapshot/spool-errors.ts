import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const spoolErrors = {
  exists: problem(
    'SPOOL_EXISTS',
    (file: string) => `${file} exists and is not overwritten: give --save another name`,
    2,
  ),
  noDirectory: problem(
    'SPOOL_NO_DIRECTORY',
    (directory: string) => `${directory} is no directory: give --save a file in one that exists`,
    2,
  ),
  noRoom: problem(
    'SPOOL_NO_ROOM',
    (directory: string, free: number, needed: number) =>
      `${directory} has ${free} bytes free and the snapshot takes ${needed}: give --save a place with more room`,
  ),
  full: problem(
    'SPOOL_FULL',
    (directory: string) => `the disk of ${directory} ran full while the snapshot was written to it`,
  ),
  unwritable: problem(
    'SPOOL_UNWRITABLE',
    (file: string, why: string) => `${file} cannot be written (${why}): choose another place`,
  ),
  torn: problem(
    'SPOOL_TORN',
    () => 'the snapshot stream ended without its SHA-256: the member stopped while it was sending',
  ),
  hashMismatch: problem(
    'SPOOL_HASH_MISMATCH',
    () => 'the snapshot that came does not match its SHA-256: it was damaged on its way, try again',
  ),
} satisfies ErrorCatalogue;
