import { describe, expect, it } from '@jest/globals';
import { readBatch } from '../../../../src/pipeline/analyzer/take-batch.ts';
import type { Request } from '../../../../src/model/request.ts';

const request: Request = {
  ...{ at: 1, answeredAt: 2, verb: 'update', outcome: 'unknown', uid: 'u', user: 'ann', fieldManager: 'kubectl' },
  key: { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
  ...{ basedOn: 5, metadataDigest: 77, subresource: 'status' },
};
const taken = { from: 'w', number: 3, dropped: 1, known: 'v', requests: [request] };
const batch = { ...taken, sentAt: 1_000 };
/** As it comes over the wire. */
const read = (body: unknown, now = batch.sentAt) => readBatch(JSON.parse(JSON.stringify(body)), now);

describe('a batch of requests', () => {
  it('comes out as it went in', () => {
    expect(read(batch)).toEqual(taken);
  });

  it('tells times by our clock, whatever that of the webhook says, and how long each request waited there', () => {
    const waited = { ...request, at: 400, answeredAt: 400 };
    const ahead = read({ ...batch, requests: [waited] }, 7_200_000);
    expect(ahead?.requests[0]).toMatchObject({ at: 7_199_400, answeredAt: 7_199_400 });
    const behind = read({ ...batch, sentAt: 7_201_000, requests: [{ ...waited, at: 7_200_400 }] }, 500);
    expect(behind?.requests[0]?.at).toBe(-100);
  });

  it('takes a request for a new one where a webhook does not say when it sent it', () => {
    expect(read(taken, 5_000)?.requests[0]).toMatchObject({ at: 5_000, answeredAt: 5_000 });
  });

  it('is none without its sender, number or requests', () => {
    for (const body of [null, [], 7, {}, { ...batch, from: 1 }, { ...batch, number: '3' }, { ...batch, requests: {} }])
      expect(read(body)).toBeUndefined();
  });

  it('leaves out what is no request, and fields of another type', () => {
    const odd = [null, {}, { ...request, verb: 'get' }, { ...request, key: {} }, { ...request, user: 7, basedOn: '5' }];
    const left = read({ ...batch, requests: odd, dropped: -1 });
    expect(left).toMatchObject({ dropped: 0, requests: [{ uid: 'u' }] });
    expect(left?.requests[0]).not.toHaveProperty('user');
    expect(left?.requests[0]).not.toHaveProperty('basedOn');
  });
});
