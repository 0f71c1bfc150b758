import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createRevisionSet } from '../../../src/tally/revision-set.ts';

/** Near each other and near the borders of words and chunks, as well as far apart. */
const revision = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 + 40 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
);
const revisions = fc.array(revision, { maxLength: 60, size: 'max' });

describe('a set of revisions', () => {
  it('counts and bounds what was added, here or in another shard', () => {
    fc.assert(
      fc.property(revisions, revisions, revision, (here, there, after) => {
        const set = createRevisionSet();
        const other = createRevisionSet();
        for (const each of here) set.add(each);
        for (const each of there) other.add(each);
        set.merge(other.blocks());
        const truth = new Set([...here, ...there]);
        expect(set.count()).toBe(truth.size);
        for (const from of [after, 0, ...here.slice(0, 5)]) {
          expect(set.count(from)).toBe([...truth].filter((each) => each > from).length);
          expect(set.has(from)).toBe(truth.has(from));
        }
        expect(set.bounds()).toEqual(
          truth.size === 0 ? { first: 0, last: 0 } : { first: Math.min(...truth), last: Math.max(...truth) },
        );
      }),
    );
  });

  it('forgets the old ones, and counts what it forgot', () => {
    fc.assert(
      fc.property(revisions, revision, revisions, (before, upTo, later) => {
        const set = createRevisionSet();
        for (const each of before) set.add(each);
        const forgotten = set.forget(upTo);
        const kept = [...new Set(before)].filter((each) => each > forgotten.upTo);
        expect(forgotten.upTo).toBeLessThanOrEqual(upTo);
        expect(forgotten.count + kept.length).toBe(new Set(before).size);
        for (const each of later) set.add(each);
        expect(set.count()).toBe(new Set([...kept, ...later]).size);
      }),
    );
  });

  it('takes the room of its revisions, whether they are neighbours or lie all over a long history', () => {
    const bytesFor = (rows: number, distance: number): number => {
      const [set, other, both] = [createRevisionSet(), createRevisionSet(), createRevisionSet()];
      for (let i = 1; i <= rows; i++) (i % 2 === 0 ? set : other).add(i * distance);
      both.merge(set.blocks());
      both.merge(other.blocks());
      expect(both.count()).toBe(rows);
      const { slots, words } = both.blocks();
      return slots.byteLength + words.byteLength;
    };
    expect(bytesFor(36_000, 83_333)).toBeLessThan(36_000 * 100);
    expect(bytesFor(500_000, 1)).toBeLessThan(500_000);
  });
});
