import { z } from 'zod';

/** What a run of jest came to; `failed` and `skipped` hold a line for each test. */
export interface Summary {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

/** The part of `jest --json` that is read here. */
const jestResults = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), ancestorTitles: z.array(z.string()) }),
      ),
    }),
  ),
});

/**
 * Counts the results of one run. `said` is what jest printed: a skipped test's reason is the line
 * `NOT RUN: the tests of "TITLE", because ...` that test/etcd/harness/describe-with.ts prints.
 */
export function jestSummary(results: unknown, said: string): Summary {
  // In reverse, so that the first of several stays: jest may quote the source line that prints it after it.
  const reasons = new Map(
    [...said.matchAll(/NOT RUN: the tests of "(.+?)", (because .+)/g)]
      .toReversed()
      .map(([, title, why]) => [title, why]),
  );
  const summary: Summary = { passed: 0, failed: [], skipped: [] };
  for (const file of jestResults.parse(results).testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') summary.passed++;
      else if (test.status === 'failed') summary.failed.push(test.fullName);
      else summary.skipped.push(`${test.fullName}: ${reasonOf(test.ancestorTitles)}`);
    }
    // A file that cannot even be loaded has no tests to blame.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      summary.failed.push(`${file.name}: ${secondLine(file.message)}`);
    }
  }
  return summary;

  function reasonOf(titles: readonly string[]): string {
    return titles.map((title) => reasons.get(title)).find((reason) => reason !== undefined) ?? 'no reason given';
  }
}

/** The first says only that the file could not be run. */
function secondLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '')[1] ?? 'could not be run';
}
