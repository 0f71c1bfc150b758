import { isProblem } from '../../../src/errors/problem.ts';

/** The sentence with which bad input was refused. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isProblem(error) && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'not refused';
}
