import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { hashOf } from '../../../src/tally/byte-table.ts';
import { createKeyTable, tableOver } from '../../../src/tally/key-table.ts';

const encoder = new TextEncoder();

describe('a table of keys', () => {
  it('gives equal bytes one number and other bytes another, wherever they lie, and finds what it was given', () => {
    const key = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 300, size: 'max' }),
        key,
        fc.integer(),
        fc.nat(7),
        (keys, absent, seed, shift) => {
          const table = createKeyTable(seed);
          const numbers = new Map<string, number>();
          // An expectation for each key would take ten times as long as the table.
          const given = keys.map((bytes) => {
            const buffer = new Uint8Array(shift + bytes.length + 3);
            buffer.set(bytes, shift);
            const name = bytes.join();
            if (!numbers.has(name)) numbers.set(name, numbers.size);
            return table.intern(buffer, shift, shift + bytes.length);
          });
          const wanted = keys.map((bytes) => numbers.get(bytes.join()));
          expect(given).toEqual(wanted);
          expect(table.count).toBe(numbers.size);
          for (const copy of [table, tableOver(table.columns())]) {
            expect(keys.map((bytes) => copy.find(bytes, 0, bytes.length))).toEqual(wanted);
            expect(given.map((id) => copy.bytesOf(id).join())).toEqual(keys.map((bytes) => bytes.join()));
            expect(copy.find(absent, 0, absent.length)).toBe(numbers.get(absent.join()));
          }
        },
      ),
      { interruptAfterTimeLimit: 5_000 },
    );
  });

  it('holds many keys, those with equal hashes among them', () => {
    const seed = 42;
    const keys = Array.from({ length: 150_000 }, (_, i) => encoder.encode(`/registry/pods/team-${i % 7}/web-${i}`));
    const hashes = new Set(keys.map((key) => hashOf(key, 0, key.length, seed)));
    expect(hashes.size).toBeLessThan(keys.length); // else the seed must change: there are to be collisions
    const table = createKeyTable(seed);
    const wrong = keys.filter((key, i) => table.intern(key, 0, key.length) !== i);
    expect(wrong).toEqual([]);
    expect(keys.filter((key, i) => table.find(key, 0, key.length) !== i)).toEqual([]);
    expect(Buffer.from(table.bytesOf(149_999)).toString()).toBe('/registry/pods/team-3/web-149999');
  });
});
