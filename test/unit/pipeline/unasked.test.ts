import { describe, expect, it } from '@jest/globals';
import type { PrefixCount } from '../../../src/model/counts.ts';
import { unaskedOf } from '../../../src/pipeline/requests/sentences.ts';

const counts = (writes: number) => ({ writes, creates: 0, deletes: 0, bytes: 0 });

function pods(writes: number, left: number): PrefixCount {
  return {
    ...{ ...counts(writes), prefix: '/registry/pods', group: '', resource: 'pods', keys: left, liveKeys: left },
    remainder: counts(left),
  };
}

describe('writes that no request of the audit log explains', () => {
  it('are named with what most of them are', () => {
    const totals = { ...counts(1_000), revisions: 1_000, keys: 100 };
    expect(unaskedOf({ prefixes: [pods(1_000, 0)], totals }, { writes: new Map([['/registry/pods', 900]]) })).toEqual([
      expect.stringMatching(/^100 of 1000 writes have no request in the audit log \(pods 100\)/),
    ]);
  });

  it('are none of those that compaction left of older times', () => {
    const totals = { ...counts(1_000), revisions: 1_000, keys: 100, remainder: counts(400) };
    const prefixes = [pods(1_000, 400)];
    expect(unaskedOf({ prefixes, totals }, { writes: new Map([['/registry/pods', 600]]) })).toEqual([]);
    expect(unaskedOf({ prefixes, totals }, { writes: new Map([['/registry/pods', 500]]) })).toEqual([
      expect.stringMatching(/^100 of 600 writes/),
    ]);
  });
});
