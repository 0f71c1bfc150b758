import { describe, expect, it } from '@jest/globals';
import { createDay } from '../../../../src/pipeline/live/day.ts';

const minute = 60_000;
const start = 1_000_000 * minute;

describe('the last 24 hours by the minute', () => {
  it('add up to what was written, in order, with the revision before each bin', () => {
    const day = createDay(start);
    for (let i = 0; i < 5; i++) {
      const at = start + i * minute;
      for (let n = 0; n <= i; n++) day.add('/registry/pods', at);
      day.reached(100 * (i + 1), at);
    }
    expect(day.timeline(start + 4 * minute)).toEqual({
      edges: [100, 100, 200, 300, 400, 500],
      prefixes: [{ prefix: '/registry/pods', writes: [1, 2, 3, 4, 5] }],
    });
  });

  it('forget what is older, also where nothing was written in between', () => {
    const day = createDay(start);
    day.add('/registry/pods', start);
    day.reached(1, start);
    expect(day.timeline(start + 1_439 * minute)?.prefixes[0]?.writes.reduce((a, b) => a + b)).toBe(1);
    expect(day.timeline(start + 1_440 * minute)).toBeUndefined();
    expect(day.since(start + 1_440 * minute)).toBe(start + minute);
    day.add('/registry/pods', start + 10_000 * minute);
    expect(day.timeline(start + 10_000 * minute)?.prefixes[0]?.writes.at(-1)).toBe(1);
  });

  it('name eight resources and add the rest up', () => {
    const day = createDay(start);
    for (let i = 0; i < 12; i++) for (let n = 0; n <= i; n++) day.add(`/registry/r${i}`, start);
    const { prefixes = [] } = day.timeline(start) ?? {};
    expect(prefixes.map(({ prefix }) => prefix).slice(0, 2)).toEqual(['/registry/r11', '/registry/r10']);
    expect(prefixes).toHaveLength(9);
    expect(prefixes.at(-1)).toEqual({ prefix: '', writes: [1 + 2 + 3 + 4] });
  });
});
