import { describe, expect, it } from '@jest/globals';
import { readBatch } from '../../../../src/pipeline/analyzer/take-batch.ts';
import type { Request } from '../../../../src/model/request.ts';

const request: Request = {
  ...{ at: 1, answeredAt: 2, verb: 'update', outcome: 'unknown', uid: 'u', user: 'ann', fieldManager: 'kubectl' },
  key: { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
  ...{ basedOn: 5, metadataDigest: 77, subresource: 'status' },
};
const batch = { from: 'w', number: 3, dropped: 1, known: 'v', requests: [request] };

describe('a batch of requests', () => {
  it('comes out as it went in', () => {
    expect(readBatch(JSON.parse(JSON.stringify(batch)))).toEqual(batch);
  });

  it('is none without its sender, number or requests', () => {
    for (const body of [null, [], 7, {}, { ...batch, from: 1 }, { ...batch, number: '3' }, { ...batch, requests: {} }])
      expect(readBatch(JSON.parse(JSON.stringify(body)))).toBeUndefined();
  });

  it('leaves out what is no request, and fields of another type', () => {
    const odd = [null, {}, { ...request, verb: 'get' }, { ...request, key: {} }, { ...request, user: 7, basedOn: '5' }];
    const read = readBatch(JSON.parse(JSON.stringify({ ...batch, requests: odd, dropped: -1 })));
    expect(read).toMatchObject({ dropped: 0, requests: [{ uid: 'u' }] });
    expect(read?.requests[0]).not.toHaveProperty('user');
    expect(read?.requests[0]).not.toHaveProperty('basedOn');
  });
});
