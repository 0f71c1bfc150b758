import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { emptyColumns, firstRevision, growColumns, lastRevision, setRevision } from '../../../src/tally/key-columns.ts';
import { addTo, copyPacked, growPacked, packed, setValue, valueAt } from '../../../src/tally/packed.ts';

const cells = 5;
const around = (limit: number) => fc.integer({ min: limit - 3, max: limit + 3 });
const value = fc.oneof(fc.nat(9), around(2 ** 16), around(2 ** 32), fc.integer({ min: -5, max: 2 ** 45 }));
const step = fc.record({ cell: fc.nat(cells - 1), adds: fc.boolean(), value });

describe('a packed column', () => {
  it('holds what was set and added, whether it fits into two or four bytes or not', () => {
    fc.assert(
      fc.property(fc.constantFrom(2 as const, 4 as const), fc.array(step), (bytes, steps) => {
        const truth = Array.from({ length: cells }, () => 0);
        const column = packed(bytes, cells);
        for (const { cell, adds, value: by } of steps) {
          const more = Math.abs(by);
          truth[cell] = adds ? truth[cell]! + more : by;
          if (adds) addTo(column, cell, more);
          else setValue(column, cell, by);
        }
        const copy = copyPacked(column, cells);
        growPacked(column, cells * 2);
        for (const each of [column, copy]) expect(truth.map((_, cell) => valueAt(each, cell))).toEqual(truth);
        expect(valueAt(column, cells)).toBe(0);
      }),
    );
  });

  it('of revisions holds those far from the first one it met', () => {
    const revision = fc.oneof(fc.integer({ min: 1, max: 9 }), around(2 ** 31), fc.integer({ min: 1, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.array(revision, { maxLength: cells }), (revisions) => {
        const columns = emptyColumns(cells);
        revisions.forEach((each, key) => setRevision(columns, 'last', key, each));
        growColumns(columns, cells + 1);
        expect(revisions.map((_, key) => lastRevision(columns, key))).toEqual(revisions);
        expect(lastRevision(columns, cells)).toBe(-1);
        expect(firstRevision(columns, 0)).toBe(Infinity);
      }),
    );
  });
});
