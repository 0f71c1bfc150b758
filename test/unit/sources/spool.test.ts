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
      append: async (more: readonly Uint8Array[]) => void pieces.push(...more.map((piece) => new Uint8Array(piece))),
      finish: () => '',
      discard: () => {},
    },
  };
}

function snapshotOf(pages: number): Buffer {
  const database = randomBytes(pages * 512);
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

async function spooled(stream: Buffer, cuts: readonly number[]): Promise<{ written: Buffer; size: number }> {
  const { target, written } = collecting();
  const spool = createSpool(target, () => {});
  const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
  for (let i = 1; i < places.length; i++) await spool.write(stream.subarray(places[i - 1], places[i]));
  return { size: await spool.end(), written: written() };
}

describe('a spooled snapshot', () => {
  it('is what came, wherever the stream was cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 4, 2_047, 2_048, 2_049),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (pages, cuts) => {
          const stream = snapshotOf(pages);
          const { written, size } = await spooled(stream, cuts);
          expect(size).toBe(stream.length);
          expect(written.equals(stream)).toBe(true);
        },
      ),
    );
  });

  it('is refused when one bit of it changed on its way', async () => {
    const stream = snapshotOf(3);
    stream[700]! ^= 1;
    await expect(spooled(stream, [512, 1024])).rejects.toThrow(/does not match its SHA-256/);
  });

  it('ends at once with what the disk failed with', async () => {
    const target = { ...collecting().target, append: () => Promise.reject(new Error('the disk is full')) };
    const spool = createSpool(target, () => {});
    void spool.write(Buffer.alloc(5 * 1024 * 1024));
    await spool.settled();
    expect(() => spool.write(Buffer.alloc(10))).toThrow('the disk is full');
    await expect(spool.end()).rejects.toThrow('the disk is full');
  });

  it('keeps the stream waiting when the disk is far behind', async () => {
    const { promise: disk, resolve: release } = Promise.withResolvers<void>();
    const spool = createSpool({ ...collecting().target, append: () => disk }, () => {});
    let full: Promise<void> | undefined;
    for (let megabytes = 0; full === undefined; megabytes += 4) {
      expect(megabytes).toBeLessThan(100);
      full = spool.write(Buffer.alloc(4 * 1024 * 1024));
    }
    release();
    await full;
    expect(spool.write(Buffer.alloc(1))).toBeUndefined();
  });

  it('is refused when its end is missing', async () => {
    const stream = snapshotOf(3);
    await expect(spooled(stream.subarray(0, 1024), [512])).rejects.toThrow(/ended without its SHA-256/);
    await expect(spooled(stream.subarray(0, 5), [])).rejects.toThrow(/ended without its SHA-256/);
  });
});
