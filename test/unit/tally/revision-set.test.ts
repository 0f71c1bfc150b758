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
        set.merge(other.chunks);
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
});
