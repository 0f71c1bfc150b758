import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeFlags } from '../../../src/model/write.ts';
import { readRange } from '../../../src/mvcc/range-response.ts';
import { appendWatchRows, emptyRows } from '../../../src/mvcc/watch-response.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { rangeResponse, watchResponse, type Event } from './messages.ts';

const event = fc.record({
  key: fc.string({ minLength: 1 }),
  create: fc.nat(),
  mod: fc.integer({ min: 1, max: 2 ** 40 }),
  version: fc.nat(),
  value: fc.string({ maxLength: 300 }),
  lease: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  deleted: fc.boolean(),
});

function read(message: Uint8Array) {
  const keys = createKeyTable(1);
  const rows = emptyRows(1);
  const note = appendWatchRows(message, keys, rows);
  const names = Array.from(rows.key.subarray(0, rows.rows), (id) => Buffer.from(keys.bytesOf(id)).toString());
  return { note, rows, names };
}

function flagsOf({ deleted, version, lease }: Event): number {
  if (deleted) return writeFlags.deleted;
  return (version === 1 ? writeFlags.created : 0) | (lease ? writeFlags.leased : 0);
}

describe('a watch response', () => {
  it('is read whatever its events are', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.nat(), fc.boolean(), (events, head, fragment) => {
        const { note, rows, names } = read(watchResponse({ head, events, fragment }));
        expect(note).toMatchObject({ headRevision: head, fragment, damaged: false, created: false, canceled: false });
        expect(note.lastRevision).toBe(events.at(-1)?.mod ?? 0);
        expect(names).toEqual(events.map(({ key }) => key));
        expect([...rows.revision.subarray(0, rows.rows)]).toEqual(events.map(({ mod }) => mod));
        expect([...rows.flags.subarray(0, rows.rows)]).toEqual(events.map(flagsOf));
        expect([...rows.bytes.subarray(0, rows.rows)]).toEqual(
          events.map(({ key, value }) => Buffer.byteLength(key) + Buffer.byteLength(value)),
        );
      }),
    );
  });

  it('says why it was cancelled, and below which revision nothing is left', () => {
    const { note } = read(watchResponse({ canceled: true, compactRevision: 912, cancelReason: 'compacted' }));
    expect(note).toMatchObject({ canceled: true, compactRevision: 912, cancelReason: 'compacted' });
  });

  it('is called damaged when it is cut short, and never throws', () => {
    const whole = watchResponse({ head: 9, events: [{ key: '/a', mod: 9, version: 2, value: 'x'.repeat(200) }] });
    for (let size = 1; size < whole.length; size++) {
      const { note, rows } = read(whole.subarray(0, size));
      expect(note.damaged || rows.rows === 0).toBe(true);
    }
  });
});

describe('a range response', () => {
  it('hands out every key with its version, and the last key for the next page', () => {
    const keys = [
      { key: '/registry/pods/a', create: 5, mod: 9, version: 3 },
      { key: '/registry/pods/b', create: 2, mod: 1_200_001, version: 1_200_000, lease: 2n ** 62n },
    ];
    const met: unknown[] = [];
    const page = readRange(rangeResponse(77, keys, true), (message, { keyStart, keyEnd, ...head }) =>
      met.push({ key: Buffer.from(message.subarray(keyStart, keyEnd)).toString(), ...head }),
    );
    expect(page).toMatchObject({ headRevision: 77, more: true, keys: 2 });
    expect(Buffer.from(page.lastKey).toString()).toBe('/registry/pods/b');
    expect(met).toEqual([
      { key: '/registry/pods/a', createRevision: 5, modRevision: 9, version: 3, leased: false, valueSize: 0 },
      {
        key: '/registry/pods/b',
        createRevision: 2,
        modRevision: 1_200_001,
        version: 1_200_000,
        leased: true,
        valueSize: 0,
      },
    ]);
  });

  it('throws where it is cut short, since a census must be whole', () => {
    const whole = rangeResponse(77, [{ key: '/registry/pods/a', mod: 9, version: 3 }], false);
    expect(() => readRange(whole.subarray(0, whole.length - 8), () => {})).toThrow(/range response/);
  });
});
