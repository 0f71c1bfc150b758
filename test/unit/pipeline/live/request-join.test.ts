import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../../../src/model/request.ts';
import { createRequestJoin, type WaitingWrite } from '../../../../src/pipeline/live/request-join.ts';

const key = { group: '', resource: 'configmaps', namespace: 'default', name: 'a' };
const asked = (user: string, more: Partial<Request> = {}): Request => ({
  ...{ at: 0, answeredAt: 0, verb: 'update', key, uid: 'u', user, basedOn: 10, outcome: 'unknown' },
  ...more,
});
const write = (more: Partial<WaitingWrite> = {}): WaitingWrite => ({
  ...{ key: '/registry/configmaps/default/a', uid: 'u', revision: 11, previous: 10, deleted: false, at: 0 },
  digest: () => 7,
  ...more,
});
/** Who made revision 11, of whoever asked. */
function winner(requests: readonly Request[], of: WaitingWrite = write()) {
  const join = createRequestJoin();
  join.offer(requests);
  join.wrote(of);
  join.settle(of.at + 2_000);
  const named = join.writerOf(of.revision);
  return named === 'waiting' || named === undefined ? named : `${named.writer.confidence} ${named.writer.name}`;
}

describe('the request that made a write', () => {
  it('is the one that was based on the revision before it', () => {
    expect(winner([asked('early', { basedOn: 9 }), asked('ann')])).toBe('high ann');
  });

  it('is, of several, the one whose metadata was stored', () => {
    expect(winner([asked('ben', { metadataDigest: 6 }), asked('ann', { metadataDigest: 7 })])).toBe('high ann');
    expect(winner([asked('ann'), asked('ben', { metadataDigest: 6 })])).toBe('high ann');
  });

  it('is, of several alike, the one who does not ask again on top of it, which is no proof', () => {
    const alike = [asked('ann', { metadataDigest: 7 }), asked('ben', { metadataDigest: 7 })];
    expect(winner([...alike, asked('ben', { basedOn: 11 })])).toBe('medium ann');
    expect(winner(alike)).toBe('medium ben');
  });

  it('is, of a creation, the one with its uid', () => {
    const made = write({ previous: 0 });
    expect(winner([asked('ann', { verb: 'create', basedOn: undefined as never })], made)).toBe('high ann');
    expect(winner([asked('ben', { verb: 'create', uid: 'other' })], made)).toBe('waiting');
  });

  it('is none that was only tried, or refused by us', () => {
    expect(winner([asked('ann', { dryRun: true }), asked('ben')])).toBe('high ben');
    expect(winner([asked('ann', { outcome: 'rejected', code: 429 }), asked('ben')])).toBe('high ben');
  });

  it('is waited for five seconds, however late the webhook tells', () => {
    const join = createRequestJoin();
    join.offer([asked('first', { basedOn: 1 })]);
    join.wrote(write());
    join.settle(4_000);
    expect(join.writerOf(11)).toBe('waiting');
    join.offer([asked('ann')]);
    join.settle(4_500);
    expect(join.writerOf(11)).toMatchObject({ writer: { name: 'ann' } });
    join.wrote(write({ revision: 12, previous: 11, at: 5_000 }));
    join.settle(10_000);
    expect(join.writerOf(12)).toBeUndefined();
  });

  it('is none of a minute ago or longer, which changed nothing or was refused by others', () => {
    const late = write({ at: 21_600_000 });
    expect(winner([asked('ann')], late)).toBe('waiting');
    expect(winner([asked('ann'), asked('ben', { at: 21_599_000 })], late)).toBe('high ben');
    expect(winner([asked('ann', { at: 21_540_000 })], late)).toBe('high ann');
  });

  it('is no more than likely where more asked than are remembered', () => {
    const many = Array.from({ length: 100 }, (_, i) => asked(`other-${i}`, { metadataDigest: 100 + i }));
    expect(winner([...many.slice(0, 30), asked('ann', { metadataDigest: 7 })])).toBe('high ann');
    expect(winner([...many, asked('ann', { metadataDigest: 7 })])).toBe('medium ann');
    const earlier = many.map((request) => ({ ...request, at: -60_001 }));
    expect(winner([...earlier, asked('ann')])).toBe('high ann');
  });

  it('is found among any number that ask for the same again', () => {
    const loop = Array.from({ length: 1_000 }, () => asked('ben', { metadataDigest: 6 }));
    expect(winner([asked('ann', { metadataDigest: 7 }), ...loop])).toBe('high ann');
  });

  it('counts for its user, those that are certain apart, and outlives one turn of the window', () => {
    const join = createRequestJoin();
    join.offer([asked('ann'), asked('ann', { basedOn: 11 }), asked('ben', { basedOn: 11 })]);
    join.wrote(write());
    join.wrote(write({ revision: 12, previous: 11 }));
    join.settle(3_000);
    join.turn();
    expect(join.users()).toEqual([
      expect.objectContaining({ user: 'ann', writes: 1, certain: 1 }),
      expect.objectContaining({ user: 'ben', writes: 1, certain: 0 }),
    ]);
    join.turn();
    expect(join.users()).toEqual([]);
    expect(join.active).toBe(false);
  });
});
