import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isProblem } from '../../../src/errors/problem.ts';
import { readValue } from '../../../src/sources/snapshot/read-values.ts';
import { forEachChange } from '../../../src/tally/change-log.ts';
import { mergeCarved } from '../../../src/tally/carved-tally.ts';
import { mergeShards } from '../../../src/tally/merge-shards.ts';
import { tallyTotals } from '../../../src/tally/totals.ts';
import { bboltFile } from '../bbolt/bbolt-file.ts';
import { countFile, type CountedFile } from '../bbolt/count-file.ts';
import { opened } from '../bbolt/opened.ts';
import { anyRows } from '../bbolt/rows.ts';

const rows = fc.sample(anyRows, { seed: 7, numRuns: 20 }).find((some) => some.length > 60) ?? [];
const {
  bytes: whole,
  leaves,
  branches,
} = bboltFile(rows, { order: (page) => (page * 7) % 11, freed: [rows.slice(0, 9)], inlineMeta: false });

interface Damage {
  readonly length: number;
  readonly flips: readonly { readonly at: number; readonly bits: number }[];
}

/** Mostly where it hurts: in the heads of pages, and among the first pages. */
const place = fc.oneof(
  fc.nat(whole.length - 1),
  fc.tuple(fc.nat(whole.length / 4096 - 1), fc.nat(79)).map(([page, at]) => page * 4096 + at),
);
const damage: fc.Arbitrary<Damage> = fc.record({
  length: fc.oneof({ weight: 3, arbitrary: fc.constant(whole.length) }, fc.nat(whole.length)),
  flips: fc.array(fc.record({ at: place, bits: fc.integer({ min: 1, max: 255 }) }), { maxLength: 20, size: 'max' }),
});

function damaged({ length, flips }: Damage): Uint8Array {
  const bytes = whole.slice(0, length);
  for (const { at, bits } of flips) if (at < length) bytes[at]! ^= bits;
  return bytes;
}

/** undefined: refused with a sentence. */
function countOrRefuse(bytes: Uint8Array): CountedFile | undefined {
  try {
    return countFile(opened(bytes), { shards: 1, seed: 1, turn: () => 0 });
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

describe('a damaged database file', () => {
  it('is refused in a sentence or read as far as it goes, and nothing that is counted is beyond the file', () => {
    let read = 0;
    fc.assert(
      fc.property(damage, (harm) => {
        const bytes = damaged(harm);
        const counted = countOrRefuse(bytes);
        if (!counted) return;
        read++;
        const tally = mergeShards(counted.tallies);
        const { totals, prefixes } = tallyTotals(tally);
        // An element of a leaf takes 16 bytes, and no two leaves share one.
        expect(totals.writes).toBeLessThanOrEqual(bytes.length / 16);
        expect(totals.revisions).toBeLessThanOrEqual(totals.writes);
        expect(totals.deletes).toBeLessThanOrEqual(totals.writes);
        expect(prefixes.reduce((sum, { writes }) => sum + writes, 0)).toBe(totals.writes);
        const { first, last } = tally.revisions.bounds();
        expect(first).toBeGreaterThanOrEqual(0);
        expect(last).toBeGreaterThanOrEqual(first);
        expect(Number.isSafeInteger(last)).toBe(true);
        expect(mergeCarved(counted.carved, tally.revisions).writes).toBeLessThanOrEqual(bytes.length / 16);
        const ends: number[] = [];
        for (const { changes } of counted.tallies)
          forEachChange(changes, ({ handle, pairSize }) => ends.push(handle + pairSize));
        expect(ends).toHaveLength(totals.writes);
        expect(ends.filter((end) => end > bytes.length)).toEqual([]);
      }),
      { numRuns: 120, interruptAfterTimeLimit: 10_000 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it('loses no change silently to a damaged head of a page of its tree', () => {
    const heads = fc
      .tuple(fc.constantFrom(...leaves, ...branches), fc.nat(11), fc.integer({ min: 1, max: 255 }))
      .map(([page, at, bits]) => ({ at: page + at, bits }));
    fc.assert(
      fc.property(heads, (flip) => {
        const counted = countOrRefuse(damaged({ length: whole.length, flips: [flip] }));
        if (!counted) return;
        const writes = counted.tallies.reduce((sum, tally) => sum + tally.changes.count, 0);
        const reported = counted.outcomes.reduce(
          (sum, { damagedPages, damagedElements }) => sum + damagedPages + damagedElements,
          counted.facts.damage.length,
        );
        if (writes !== rows.length) expect(reported).toBeGreaterThan(0);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('loses no more than the page whose flags have a flipped bit', () => {
    const largest = Math.max(...leaves.map((leaf) => new DataView(whole.buffer).getUint16(leaf + 10, true)));
    for (let page = 0; page < whole.length; page += 4096)
      for (let bit = 0; bit < 16; bit++) {
        const counted = countOrRefuse(
          damaged({ length: whole.length, flips: [{ at: page + 8 + (bit >>> 3), bits: 1 << (bit & 7) }] }),
        );
        const writes = counted?.tallies.reduce((sum, tally) => sum + tally.changes.count, 0) ?? 0;
        expect({ page, bit, lost: rows.length - writes > largest }).toEqual({ page, bit, lost: false });
      }
  });

  it('never makes a value read beyond its pair', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), fc.nat(300), (bytes, handle, size) => {
        const { source } = opened(bytes);
        const value = readValue(source, handle, size);
        expect(value?.length ?? 0).toBeLessThanOrEqual(Math.min(size, bytes.length));
      }),
    );
  });
});
