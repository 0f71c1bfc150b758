import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createChangeLog, forEachChange, type LoggedChange } from '../../../src/tally/change-log.ts';

const change: fc.Arbitrary<LoggedChange> = fc.record({
  key: fc.oneof(fc.nat(3), fc.nat(2 ** 31)),
  revision: fc.oneof(fc.nat(9), fc.integer({ min: 0, max: 2 ** 40 })),
  sub: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  handle: fc.oneof(fc.nat(9_000), fc.integer({ min: 0, max: 2 ** 46 })),
  pairSize: fc.oneof(fc.nat(3_000), fc.nat(2 ** 31)),
});

it('a log of changes gives back what it was given, in order and over many chunks', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200, size: 'max' }), fc.constantFrom(1, 300), (changes, times) => {
      const log = createChangeLog();
      for (let i = 0; i < times; i++)
        for (const { key, revision, sub, handle, pairSize } of changes)
          log.append(key, revision, sub, handle, pairSize);
      const written = log.result();
      expect(written.count).toBe(changes.length * times);
      const read: LoggedChange[] = [];
      forEachChange(written, (each) => read.push({ ...each }));
      expect(read).toEqual(Array.from({ length: times }, () => changes).flat());
    }),
    { numRuns: 40, interruptAfterTimeLimit: 10_000 },
  );
});
