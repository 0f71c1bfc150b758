import { expect, it } from '@jest/globals';
import type { CheckOutcome, CheckResult } from '../../../../src/model/check.ts';

export type Case<World> = readonly [when: string, check: string, world: World, result: CheckResult, why: RegExp];

interface Judged<World> {
  readonly cases: readonly Case<World>[];
  readonly checks: readonly { readonly name: string; readonly warnsWhen?: string; readonly failsWhen?: string }[];
  readonly outcome: (name: string, world: World) => CheckOutcome;
}

/** What holds for every catalogue of checks and the table of cases that tries it. */
export function itJudges<World>({ cases, checks, outcome }: Judged<World>): void {
  it.each(cases)('when %s: %s', (_, name, world, result, why) => {
    const found = outcome(name, world);
    expect(found).toMatchObject({ result });
    expect(found.why).toMatch(why);
  });

  it('are all tried here with every result that they can have', () => {
    const tried = new Set(cases.map(([, name, , result]) => `${name}: ${result}`));
    const missing = checks.flatMap(({ name, warnsWhen, failsWhen }) => [
      ...((warnsWhen ?? failsWhen) !== undefined && !tried.has(`${name}: ok`) ? [`${name}: ok`] : []),
      ...(warnsWhen !== undefined && !tried.has(`${name}: warning`) ? [`${name}: warning`] : []),
      ...(failsWhen !== undefined && !tried.has(`${name}: failed`) ? [`${name}: failed`] : []),
    ]);
    expect(missing).toEqual([]);
  });

  it('give a hint with each warning and failure, and none where all is well', () => {
    const wrong = cases
      .map(([, name, world]) => outcome(name, world))
      .filter(({ result, hint }) => result !== 'skipped' && (result === 'ok') !== (hint === ''));
    expect(wrong).toEqual([]);
  });
}
