import { readFileSync } from 'node:fs';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';

const optionFileErrors = {
  missing: problem(
    'OPTION_FILE_MISSING',
    (option: string, file: string) => `${file} does not exist: give ${option} a file that does`,
    2,
  ),
  unreadable: problem(
    'OPTION_FILE_UNREADABLE',
    (option: string, file: string, why: string) => `${file} cannot be read (${why}): give ${option} a file that can`,
    2,
  ),
} satisfies ErrorCatalogue;

/** The text of a small file that an option names. Throws optionFileErrors. */
export function readOptionFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Object && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw optionFileErrors.missing(option, file);
    throw optionFileErrors.unreadable(option, file, code);
  }
}
