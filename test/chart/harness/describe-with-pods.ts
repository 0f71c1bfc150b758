/* oxlint-disable jest/valid-title, jest/valid-describe-callback, jest/no-disabled-tests -- title and tests are the caller's */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from '@jest/globals';
import { tool } from '../../etcd/harness/tool.ts';
import { noPodNetwork } from './pod-network.ts';

/** What the image starts. */
export const program = fileURLToPath(new URL('../../../dist/lib/start.cjs', import.meta.url));

/** `describe` where pods can be run as processes, and all the programs are there; else skipped, and said out loud. */
export function describeWithPods(programs: readonly string[], title: string, tests: () => void): void {
  const missing = [
    ...programs.filter((name) => tool(name) === undefined).map((name) => `${name} could not be found`),
    ...[noPodNetwork()].filter((why) => why !== undefined),
    ...(existsSync(program) ? [] : ['dist/ is missing: run "make build"']),
  ];
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  console.warn(`NOT RUN: the tests of "${title}", because ${missing.join(' and ')}.`);
  describe.skip(title, tests);
}
