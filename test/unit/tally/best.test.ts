import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createBest } from '../../../src/tally/best.ts';

describe('the best of many', () => {
  it('are those that sorting them all would put first, in that order', () => {
    const items = fc
      .array(fc.nat(50), { maxLength: 300, size: 'max' })
      .map((all) => all.map((rank, id) => ({ rank, id })));
    fc.assert(
      fc.property(items, fc.nat(40), (all, limit) => {
        const compare = (a: { rank: number; id: number }, b: { rank: number; id: number }): number =>
          a.rank - b.rank || a.id - b.id;
        const best = createBest(limit, compare);
        for (const item of all) best.offer(item);
        expect(best.sorted()).toEqual(all.toSorted(compare).slice(0, limit));
      }),
    );
  });
});
