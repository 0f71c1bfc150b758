import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import type { RangeQuestion } from '../../../src/etcd/requests.ts';
import { revisionBefore } from '../../../src/maintenance/steps/find-revision.ts';

const start = Date.parse('2026-03-01T00:00:00Z');

/** Stands in for a member whose scheduler's lease was renewed every second, one revision a second; compacted up to a revision. */
function member(compacted: number) {
  return {
    range({ revision, from }: RangeQuestion): Promise<Uint8Array> {
      if (revision < compacted) return Promise.reject(etcdErrors.compacted('http://127.0.0.1:2379'));
      const lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        spec: { renewTime: new Date(start + revision * 1000).toISOString() },
      };
      return Promise.resolve(rangeResponse(from, Buffer.from(JSON.stringify(lease))));
    },
  };
}

const field = (tag: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), length(bytes.length), bytes]);
const length = (n: number): Buffer => (n < 0x80 ? Buffer.from([n]) : Buffer.from([(n & 0x7f) | 0x80, n >> 7]));

/** RangeResponse: kvs 2 { key 1, mod_revision 3, value 5 }. */
function rangeResponse(key: Uint8Array, value: Uint8Array): Uint8Array {
  return field(0x12, Buffer.concat([field(0x0a, key), Buffer.from([0x18, 1]), field(0x2a, value)]));
}

describe('the revision of some minutes ago, found without a snapshot', () => {
  it.each([
    ['lies five minutes before the head', 0, 1_000, 700],
    ['is what was compacted last, where that is younger', 800, 1_000, 799],
    ['is before all, where all is younger', 0, 100, 0],
  ])('%s', async (_, compacted, head, expected) => {
    expect(await revisionBefore(member(compacted), head, 300_000)).toBe(expected);
  });

  it('is unknown where no lease is stored', async () => {
    expect(await revisionBefore({ range: () => Promise.resolve(new Uint8Array(0)) }, 1_000, 300_000)).toBeUndefined();
  });
});
