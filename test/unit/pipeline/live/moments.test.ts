import { describe, expect, it } from '@jest/globals';
import { createMoments } from '../../../../src/pipeline/live/moments.ts';

describe('moments', () => {
  const moments = createMoments();
  for (const [revision, at] of [
    [10, 1_000],
    [11, 1_200], // too soon after the one before
    [15, 1_500],
    [15, 2_000],
    [30, 2_600],
  ] as const)
    moments.note(revision, at);

  it('are half a second apart', () => {
    expect(moments.all.map(({ at }) => at)).toEqual([1_000, 1_500, 2_000, 2_600]);
  });

  it('tell the newest revision of a moment, and nothing of before', () => {
    expect(moments.newestAt(1_999)).toBe(15);
    expect(moments.newestAt(9_000)).toBe(30);
    expect(moments.newestAt(999)).toBeUndefined();
  });

  it('tell when a revision was there at last, unless it is newer than all', () => {
    expect(moments.timeOf(11)).toBe(1_500);
    expect(moments.timeOf(30)).toBe(2_600);
    expect(moments.timeOf(31)).toBeUndefined();
  });

  it('are forgotten once they are old', () => {
    moments.forgetBefore(2_000);
    expect(moments.all.map(({ revision }) => revision)).toEqual([15, 30]);
  });
});
