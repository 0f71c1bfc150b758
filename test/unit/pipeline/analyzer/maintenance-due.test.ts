import { describe, expect, it } from '@jest/globals';
import { isOverBudget, whyNotStart } from '../../../../src/pipeline/analyzer/maintenance-due.ts';

const minute = 60_000;
const now = 1_000 * minute;

describe('a run out of schedule', () => {
  const sizes = (...each: number[]) =>
    each.map((sizeBytes, i) => ({ at: now - (each.length - 1 - i) * 10 * minute, sizeBytes }));

  it('is due once the database is over its budget, not while it grows towards it', () => {
    expect(isOverBudget(sizes(50, 60, 79), 80, now)).toBe(false);
    expect(isOverBudget(sizes(50, 60, 80), 80, now)).toBe(true);
    expect(isOverBudget(sizes(90), 80, now)).toBe(true);
    expect(isOverBudget([], 80, now)).toBe(false);
  });

  it('is due where the forecast says that the budget was crossed since the size was stated', () => {
    expect(isOverBudget(sizes(40, 60, 79), 80, now)).toBe(false);
    expect(isOverBudget(sizes(40, 60, 79), 80, now + minute)).toBe(true);
  });

  const idle = { suspended: false, active: 0, lastRunAt: undefined };
  const wish = { cronJob: idle, startedAt: undefined, intervalMs: 60 * minute, now };
  const refusals = [
    ['where the CronJob is suspended', { cronJob: { ...idle, suspended: true } }, 'the CronJob is suspended'],
    ['while a run is under way', { cronJob: { ...idle, active: 1 } }, 'a run is under way'],
    ['soon after a run', { cronJob: { ...idle, lastRunAt: now - 59 * minute } }, 'the last run was a short while ago'],
    ['soon after we began one, however it ended', { startedAt: now - minute }, 'the last run was a short while ago'],
  ] as const;
  it.each(refusals)('does not begin %s', (_, change, why) => {
    expect(whyNotStart({ ...wish, ...change })).toBe(why);
  });

  it('begins where none ran before, or an interval ago', () => {
    expect(whyNotStart(wish)).toBeUndefined();
    const long = now - 60 * minute;
    expect(whyNotStart({ ...wish, startedAt: long, cronJob: { ...idle, lastRunAt: long } })).toBeUndefined();
  });
});
