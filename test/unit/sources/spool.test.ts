import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSpool } from '../../../src/sources/snapshot/spool.ts';

function collecting() {
  const pieces: Uint8Array[] = [];
  return {
    written: () => Buffer.concat(pieces),
    target: {
      path: '',
      append: (more: readonly Uint8Array[]) => void pieces.push(...more.map((piece) => new Uint8Array(piece))),
      finish: () => '',
      discard: () => {},
    },
  };
}

function snapshotOf(pages: number): Buffer {
  const database = randomBytes(pages * 512);
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

function spooled(stream: Buffer, cuts: readonly number[]): { written: Buffer; size: number } {
  const { target, written } = collecting();
  const spool = createSpool(target, () => {});
  const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
  for (let i = 1; i < places.length; i++) spool.write(stream.subarray(places[i - 1], places[i]));
  return { size: spool.end(), written: written() };
}

describe('a spooled snapshot', () => {
  it('is what came, wherever the stream was cut into pieces', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(), { maxLength: 40 }), (pages, cuts) => {
        const stream = snapshotOf(pages);
        const { written, size } = spooled(stream, cuts);
        expect(size).toBe(stream.length);
        expect(written.equals(stream)).toBe(true);
      }),
    );
  });

  it('is refused when one bit of it changed on its way', () => {
    const stream = snapshotOf(3);
    stream[700]! ^= 1;
    expect(() => spooled(stream, [512, 1024])).toThrow(/does not match its SHA-256/);
  });

  it('is refused when its end is missing', () => {
    const stream = snapshotOf(3);
    expect(() => spooled(stream.subarray(0, 1024), [512])).toThrow(/ended without its SHA-256/);
    expect(() => spooled(stream.subarray(0, 5), [])).toThrow(/ended without its SHA-256/);
  });
});
