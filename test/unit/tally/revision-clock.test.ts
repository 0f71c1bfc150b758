import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClockAnchor } from '../../../src/model/analysis.ts';
import { buildRevisionClock } from '../../../src/tally/revision-clock.ts';
import { seeded } from '../../incidents/seeded.ts';

const noon = Date.UTC(2025, 5, 1, 12);
const hour = 3_600_000;
const second = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** Ten revisions a second, each stating its own time cut to a second. */
const steadyAnchors = (count: number): ClockAnchor[] =>
  Array.from({ length: count }, (_, i) => ({ revision: 100 + i, at: second(noon + i * 100) }));

describe('the revision clock', () => {
  it('tells the time of a revision within its stated error', () => {
    const clock = buildRevisionClock(steadyAnchors(6000));
    for (const i of [0, 17, 2500, 5999])
      expect(Math.abs((clock.timeOf(100 + i) ?? 0) - (noon + i * 100))).toBeLessThanOrEqual(1000);
    expect(clock.errorSeconds).toBe(1);
  });

  it('ignores anchors that are old and a clock that runs an hour ahead', () => {
    const anchors = steadyAnchors(3000).map((anchor, i) => {
      if (i % 4 === 1) return { ...anchor, at: anchor.at - 600_000 };
      if (i % 211 === 3) return { ...anchor, at: anchor.at + 3_600_000 };
      return anchor;
    });
    const clock = buildRevisionClock(anchors);
    for (const i of [10, 1500, 2900])
      expect(Math.abs((clock.timeOf(100 + i) ?? 0) - (noon + i * 100))).toBeLessThanOrEqual(1500);
  });

  it.each<[string, (anchor: ClockAnchor, i: number) => number]>([
    ['one that ends an hour ahead', ({ at }, i) => (i === 2999 ? at + hour : at)],
    ['one that ends in the year 2999', ({ at }, i) => (i === 2999 ? Date.UTC(2999, 0) : at)],
    ['several that end at different times ahead', ({ at }, i) => (i > 2993 ? at + (i - 2993) * hour : at)],
    ['one that begins a day behind', ({ at }, i) => (i === 0 ? at - 24 * hour : at)],
  ])('is not moved at its ends by a wrong clock, such as %s', (_, atOf) => {
    const clock = buildRevisionClock(steadyAnchors(3000).map((anchor, i) => ({ ...anchor, at: atOf(anchor, i) })));
    for (const i of [0, 1, 1500, 2998, 2999])
      expect(Math.abs((clock.timeOf(100 + i) ?? 0) - (noon + i * 100))).toBeLessThanOrEqual(1500);
    expect(clock.errorSeconds).toBe(1);
  });

  it('believes a pause of an hour that a dozen anchors lie behind', () => {
    const anchors = steadyAnchors(300).map(({ revision, at }, i) => ({ revision, at: i < 288 ? at : at + hour }));
    expect(buildRevisionClock(anchors).timeOf(399)).toBe(second(noon + 29_900) + hour);
  });

  it('believes every step where few anchors tell no usual pace', () => {
    const anchors = [0, 1, 2, 3, 9].map((hours, i) => ({ revision: 100 + i, at: noon + hours * hour }));
    expect(buildRevisionClock(anchors).timeOf(104)).toBe(noon + 9 * hour);
  });

  it('tells the time since a compaction as well, whatever was left of the year before', () => {
    const compactRevision = 30_000_000;
    const year = 365 * 24 * hour;
    const left = Array.from({ length: 9000 }, (_, i) => ({ revision: 2 + i * 3000, at: noon - year * (1 - i / 9000) }));
    const since = steadyAnchors(3000).map(({ revision, at }) => ({ revision: compactRevision + revision, at }));
    const clock = buildRevisionClock([...left, ...since], compactRevision);
    for (const i of [0, 1500, 2999, 3050])
      expect(Math.abs((clock.timeOf(compactRevision + 100 + i) ?? 0) - (noon + i * 100))).toBeLessThanOrEqual(1500);
    expect(clock.errorSeconds).toBe(1);
    expect(clock.timeOf(13_500_002)).toBeGreaterThan(noon - year * 0.51);
    expect(clock.timeOf(13_500_002)).toBeLessThan(noon - year * 0.49);
  });

  it('keeps its pace beyond the last anchor, for deletions state no time', () => {
    expect(buildRevisionClock(steadyAnchors(600)).timeOf(100 + 900)).toBeGreaterThan(noon + 85_000);
  });

  it('finds the revision of a moment', () => {
    const clock = buildRevisionClock(steadyAnchors(6000));
    expect(clock.revisionAt(noon + 300_000)).toBeGreaterThanOrEqual(3090);
    expect(clock.revisionAt(noon + 300_000)).toBeLessThanOrEqual(3110);
    expect(clock.revisionAt(noon - 1)).toBeUndefined();
  });

  it('does not claim to know with fewer than two anchors', () => {
    expect(buildRevisionClock([]).timeOf(5)).toBeUndefined();
    expect(buildRevisionClock([{ revision: 5, at: noon }]).errorSeconds).toBeUndefined();
  });

  it('never runs backwards, whatever the anchors', () => {
    const anchor = fc.record({ revision: fc.nat(5000), at: fc.integer({ min: noon, max: noon + 100_000 }) });
    fc.assert(
      fc.property(fc.array(anchor, { maxLength: 200 }), fc.nat(5000), fc.nat(5000), (anchors, a, b) => {
        const clock = buildRevisionClock(anchors);
        const [early, late] = [clock.timeOf(Math.min(a, b)), clock.timeOf(Math.max(a, b))];
        expect(early === undefined).toBe(late === undefined);
        if (early !== undefined && late !== undefined) expect(early).toBeLessThanOrEqual(late);
      }),
    );
  });

  it('tells the same whoever met which anchor first, also where many tell one second', () => {
    const anchors = steadyAnchors(30_000);
    const random = seeded(7);
    const shuffled = anchors
      .map((anchor) => ({ anchor, lot: random.next() }))
      .sort((a, b) => a.lot - b.lot)
      .map(({ anchor }) => anchor);
    const timesOf = (of: ClockAnchor[]) => {
      const clock = buildRevisionClock(of);
      return anchors.map(({ revision }) => clock.timeOf(revision));
    };
    expect(timesOf(shuffled)).toEqual(timesOf(anchors));
  });

  it('stays itself with a quarter of a million anchors', () => {
    const clock = buildRevisionClock(steadyAnchors(250_000));
    expect(Math.abs((clock.timeOf(100 + 125_000) ?? 0) - (noon + 12_500_000))).toBeLessThanOrEqual(10_000);
  });
});
