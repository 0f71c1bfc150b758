import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Outbox } from '../../../src/admission/outbox.ts';

describe('an outbox', () => {
  it('drops the oldest beyond its limit and says how many', () => {
    const outbox = new Outbox<number>(3);
    expect([1, 2, 3, 4, 5].map((item) => outbox.push(item))).toEqual([0, 0, 0, 1, 1]);
    expect(outbox.take(2)).toEqual({ items: [3, 4], dropped: 2 });
    expect(outbox.take(2)).toEqual({ items: [5], dropped: 0 });
    expect(outbox.size).toBe(0);
  });

  it('gives each item once, in order, and accounts for the others', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 200 }), (steps) => {
        const outbox = new Outbox<number>(50);
        let [next, expected] = [0, 0];
        for (const step of steps) {
          for (let i = 0; i < step; i++) outbox.push(next++);
          if (step >= 0) continue;
          const { items, dropped } = outbox.take(-step);
          expect(items).toEqual(items.map((_, i) => expected + dropped + i));
          expected += dropped + items.length;
        }
        expect(outbox.size).toBeLessThanOrEqual(50);
      }),
      { seed: 11 },
    );
  });

  it('does not grow with what went through it', () => {
    const outbox = new Outbox<number>(10);
    for (let i = 0; i < 100_000; i++) outbox.push(i);
    expect(outbox.take(10)).toEqual({ items: Array.from({ length: 10 }, (_, i) => 99_990 + i), dropped: 99_990 });
  });
});
