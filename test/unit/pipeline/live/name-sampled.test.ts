import { describe, expect, it } from '@jest/globals';
import { KeyHistory } from '../../../../src/history/key-history.ts';
import type { KeyCount } from '../../../../src/model/counts.ts';
import { nameSampled } from '../../../../src/pipeline/live/name-sampled.ts';
import type { UserWrites } from '../../../../src/pipeline/live/request-join.ts';

const count: KeyCount = {
  ...{ id: 0, key: '/registry/pods/shop/web', resource: undefined, prefix: '/registry/pods', about: undefined },
  ...{ writes: 4, creates: 1, deletes: 1, bytes: 0, maxBytes: 0, firstRevision: 1, lastRevision: 9, live: false },
  writer: { name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'low' },
};
const sample = { count, changes: new KeyHistory(0).changes() };
const wrote = (user: string, more: Partial<UserWrites>): UserWrites => ({
  ...{ key: count.key, user, writes: 1, creates: 0, deletes: 0, certain: 1, ...more },
});

describe('a key of which only metadata was seen', () => {
  it('has the account that made it for a writer, and those that changed and deleted it', () => {
    const named = nameSampled(sample, [
      wrote('replicaset-controller', { creates: 1 }),
      wrote('kubelet', { writes: 2, certain: 1 }),
      wrote('collector', { deletes: 1 }),
    ]);
    expect(named.count.writer).toEqual({ name: 'replicaset-controller', kind: 'user', confidence: 'high' });
    expect(named.changes.writers).toEqual([
      { writer: { name: 'kubelet', kind: 'user', confidence: 'medium' }, writes: 2 },
    ]);
    expect(named.changes.removers.map(({ writer }) => writer.name)).toEqual(['collector']);
  });

  it('keeps its field manager where no request tells', () => {
    expect(nameSampled(sample, [])).toBe(sample);
    expect(nameSampled(sample, [wrote('kubelet', {})]).count.writer?.name).toBe('kube-controller-manager');
  });
});
