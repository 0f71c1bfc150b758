import { describe, expect, it } from '@jest/globals';
import { promotions, type PromotionLimits, type Watched } from '../../../../src/pipeline/live/promotion.ts';

const limits: PromotionLimits = { slots: 2, provenBy: 10, clearedBy: 40, quietMs: 60_000, restMs: 300_000 };
const now = 1_000_000;
const watched = (...all: (Partial<Watched> & { key: string })[]): Map<string, Watched> =>
  new Map(
    all.map((one) => [
      one.key,
      { since: now - 1_000, compared: 0, lastWrite: now, named: false, releasedAt: undefined, ...one },
    ]),
  );
const hot = (...keys: string[]) => keys.map((key, i) => ({ key, writes: 100 - i }));

describe('which keys are watched in full', () => {
  it('are the hottest, as many as there is room for', () => {
    expect(promotions(hot('a', 'b', 'c'), watched(), limits, now)).toEqual({ promote: ['a', 'b'], release: [] });
  });

  it('are let go once a finding has its field, sooner than where none has', () => {
    const both = watched({ key: 'a', compared: 10, named: true }, { key: 'b', compared: 10 });
    expect(promotions([], both, limits, now).release).toEqual(['a']);
    expect(promotions([], watched({ key: 'b', compared: 40 }), limits, now).release).toEqual(['b']);
  });

  it('are let go when they have become quiet', () => {
    const quiet = watched({ key: 'a', since: 0, lastWrite: now - 60_000 });
    expect(promotions([], quiet, limits, now).release).toEqual(['a']);
  });

  it('make room for others once they were seen often enough, the longest watched first', () => {
    const full = watched(
      { key: 'young', since: now - 2_000, compared: 12 },
      { key: 'old', since: now - 9_000, compared: 12 },
    );
    expect(promotions(hot('next'), full, limits, now)).toEqual({ promote: ['next'], release: ['old'] });
  });

  it('are not taken away from a key that was hardly looked at', () => {
    const full = watched({ key: 'a', compared: 3 }, { key: 'b', compared: 3 });
    expect(promotions(hot('next'), full, limits, now)).toEqual({ promote: [], release: [] });
  });

  it('are looked at anew after a rest only', () => {
    const resting = watched({ key: 'a', releasedAt: now - 299_999 });
    expect(promotions(hot('a'), resting, limits, now).promote).toEqual([]);
    expect(promotions(hot('a'), resting, limits, now + 1).promote).toEqual(['a']);
  });
});
