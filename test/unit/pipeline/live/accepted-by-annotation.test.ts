import { describe, expect, it } from '@jest/globals';
import { buildHistory } from '../../../../src/history/build-history.ts';
import { decodeObject } from '../../../../src/objects/decode.ts';
import { acceptedByAnnotation } from '../../../../src/pipeline/live/accepted-by-annotation.ts';

const key = '/registry/configmaps/shop/leader';
const read = (annotations: Record<string, string>) => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'leader', namespace: 'shop', annotations } };
  const object = decodeObject(new TextEncoder().encode(JSON.stringify(body)), key);
  return [{ key, changes: buildHistory([{ key: 0, revision: 1, object }]) }];
};

describe('churn that an object accepts for itself', () => {
  it('has a reason and an end', () => {
    expect(
      acceptedByAnnotation(read({ 'kubechurn.dev/accept': 'legacy', 'kubechurn.dev/accept-until': '2027-01-31' })),
    ).toEqual([
      {
        ...{ group: '', resource: 'configmaps', namespace: 'shop', name: 'leader' },
        reason: 'legacy',
        expires: '2027-01-31',
      },
    ]);
  });

  it('counts for nothing without an end, or with one that is no day', () => {
    expect(acceptedByAnnotation(read({ 'kubechurn.dev/accept': 'legacy' }))).toEqual([]);
    const odd = { 'kubechurn.dev/accept': 'legacy', 'kubechurn.dev/accept-until': 'soon' };
    expect(acceptedByAnnotation(read(odd))).toEqual([]);
  });
});
