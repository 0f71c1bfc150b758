import { describe, expect, it } from '@jest/globals';
import { quotaReachedAt } from '../../../../src/pipeline/analyzer/forecast.ts';

const minute = 60_000;
const sizes = (...each: [minutes: number, sizeBytes: number][]) =>
  each.map(([minutes, sizeBytes]) => ({ at: minutes * minute, sizeBytes }));

describe('when the quota is reached', () => {
  it('follows from the growth so far', () => {
    expect(quotaReachedAt(sizes([0, 100], [10, 150], [20, 200]), 300)).toBe(40 * minute);
  });

  it('is not known from a few minutes, nor where nothing grows', () => {
    expect(quotaReachedAt(sizes([0, 100], [9, 200]), 300)).toBeUndefined();
    expect(quotaReachedAt(sizes([0, 100], [30, 100]), 300)).toBeUndefined();
    expect(quotaReachedAt([], 300)).toBeUndefined();
  });

  it('counts from the last defragmentation on', () => {
    expect(quotaReachedAt(sizes([0, 290], [10, 100], [20, 120], [30, 140]), 200)).toBe(60 * minute);
  });

  it('is now where it is reached', () => {
    expect(quotaReachedAt(sizes([0, 100], [1, 300]), 300)).toBe(minute);
  });
});
