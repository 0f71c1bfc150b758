import { describe, expect, it } from '@jest/globals';
import { openedRows } from '../bbolt/opened-rows.ts';
import { bboltFile, type Row } from '../bbolt/bbolt-file.ts';

const encoder = new TextEncoder();
const row = (revision: number, value: string | undefined, more: Partial<Row> = {}): Row => ({
  ...{
    revision,
    sub: 0,
    key: encoder.encode('/registry/configmaps/a/b'),
    version: value === undefined ? 0 : revision,
    lease: 0,
  },
  value: value === undefined ? undefined : encoder.encode(value),
  ...more,
});
const rows = [row(1, 'one'), row(2, 'two', { lease: 7 }), row(3, undefined), row(4, 'four', { sub: 3 })];

/** Where a byte of the only leaf of a file with these rows lies. */
function leafOf(of: readonly Row[]) {
  const { bytes, leaves } = bboltFile(of, { rowsPerLeaf: 10 });
  return { bytes, leaf: leaves[0]! };
}

describe('the rows of a leaf', () => {
  it('are the changes in it, in order, each with what etcd noted', () => {
    const { bytes } = leafOf(rows);
    expect(openedRows(bytes)).toEqual({
      damaged: 0,
      rows: [
        { revision: 1, sub: 0, flags: ['created'], value: 'one' },
        { revision: 2, sub: 0, flags: ['leased'], value: 'two' },
        { revision: 3, sub: 0, flags: ['deleted'], value: '' },
        { revision: 4, sub: 3, flags: [], value: 'four' },
      ],
    });
  });

  it.each([
    ['a revision that its value does not state', 7, 1],
    ['a revision beyond any etcd', 0, 1],
    ['no underscore between revision and sub', 8, 1],
  ])('leave out one with %s', (_, at, bits) => {
    const { bytes, leaf } = leafOf(rows);
    bytes[leaf + 16 + 4 * 16 + at]! ^= bits;
    const { rows: read, damaged } = openedRows(bytes);
    expect(read.map(({ revision }) => revision)).toEqual([2, 3, 4]);
    expect(damaged).toBe(1);
  });

  it('are told to be damaged where the page names fewer or more than it holds, and what can be read is', () => {
    for (const count of [0, 2, 3, 5, 200, 60_000]) {
      const { bytes, leaf } = leafOf(rows);
      new DataView(bytes.buffer).setUint16(leaf + 10, count, true);
      const { rows: read, damaged } = openedRows(bytes);
      expect(read.map(({ revision }) => revision)).toEqual([1, 2, 3, 4].slice(0, count));
      expect(damaged).toBeGreaterThan(0);
    }
  });

  it('are never counted twice where elements point to the same pair', () => {
    const { bytes, leaf } = leafOf(rows);
    const view = new DataView(bytes.buffer);
    // The second element, 16 bytes further on, points to the first one's pair.
    view.setUint32(leaf + 32 + 4, view.getUint32(leaf + 16 + 4, true) - 16, true);
    const { rows: read, damaged } = openedRows(bytes);
    expect(read.map(({ revision }) => revision)).toEqual([1, 3, 4]);
    expect(damaged).toBe(1);
  });
});
