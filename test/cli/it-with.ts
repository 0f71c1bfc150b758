import { spawnSync } from 'node:child_process';
import { it } from '@jest/globals';

/** `it` where this program of the machine is there; else the test is skipped, and one sentence says so out loud. */
export function itWith(program: string, name: string, test: () => Promise<void>): void {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined) {
    it(name, test);
    return;
  }
  console.warn(`NOT RUN: "${name}", because this machine has no ${program}.`);
  it.skip(name, test);
}
