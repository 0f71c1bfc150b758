import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

/** `whatToGive` ends each sentence that asks for another file. */
export const logErrors = {
  missing: problem('LOG_MISSING', (file: string, whatToGive: string) => `${file} does not exist: ${whatToGive}`, 2),
  directory: problem(
    'LOG_IS_DIRECTORY',
    (file: string) => `${file} is a directory: name the files in it, the rotated ones too (${file}/*)`,
    2,
  ),
  noPermission: problem(
    'LOG_NO_PERMISSION',
    (file: string) => `${file} may not be read by this user: run as its owner or give a copy`,
    2,
  ),
  unreadable: problem(
    'LOG_UNREADABLE',
    (file: string, why: string) => `${file} cannot be read (${why}): copy it to a healthy disk and give the copy`,
  ),
  compressed: problem(
    'LOG_COMPRESSED',
    (file: string, how: string) =>
      `${file} is compressed with ${how}, which is not read here: unpack it, or pipe it in ("-")`,
    2,
  ),
} satisfies ErrorCatalogue;
