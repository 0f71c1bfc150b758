/* oxlint-disable jest/valid-title, jest/valid-describe-callback, jest/no-disabled-tests -- title and tests are the caller's */
import { describe } from '@jest/globals';
import { tool } from './tool.ts';

/** `describe` where all the programs are there; else the tests are skipped, and one sentence says so out loud. */
export function describeWith(programs: readonly string[], title: string, tests: () => void): void {
  const missing = programs.filter((program) => tool(program) === undefined);
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  const names = missing.join(' and ');
  console.warn(
    `NOT RUN: the tests of "${title}", because ${names} could not be found (tools/bring/bring.sh ${missing.join(' ')}).`,
  );
  describe.skip(title, tests);
}
