import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../../../src/model/request.ts';
import { createRequestCandidates } from '../../../../src/pipeline/live/request-candidates.ts';

const asked = (at: number, more: Partial<Request> = {}): Request => ({
  ...{ at, answeredAt: at, verb: 'update', uid: 'u', user: 'ann', outcome: 'unknown' },
  key: { group: '', resource: 'configmaps', namespace: 'default', name: 'a' },
  ...more,
});
const timesOf = (requests: readonly Request[]): number[] => requests.map(({ at }) => at);

describe('requests that may have made a write', () => {
  it('are one where a loop asks for the same for hours on a version that never changes', () => {
    const candidates = createRequestCandidates(50_000);
    for (let at = 0; at < 100_000; at++) candidates.add('10', asked(at));
    expect(candidates.size).toBe(1);
    expect(timesOf(candidates.of('10', 100_000).requests)).toEqual([99_999]);
  });

  it('are apart where user, field manager, subresource, verb, object or metadata differ', () => {
    const candidates = createRequestCandidates(50_000);
    const differing: Partial<Request>[] = [
      {},
      ...[{ user: 'ben' }, { fieldManager: 'kubectl' }, { subresource: 'status' }],
      ...[{ verb: 'delete' as const }, { uid: 'v' }, { metadataDigest: 1 }],
    ];
    for (const more of [...differing, ...differing]) candidates.add('10', asked(0, more));
    expect(candidates.size).toBe(differing.length);
  });

  it('are the newest of one version, and told to be incomplete for a minute after others were dropped', () => {
    const candidates = createRequestCandidates(50_000);
    for (let at = 0; at < 1_000; at++) candidates.add('10', asked(at, { metadataDigest: at }));
    expect(candidates.size).toBe(32);
    const { requests, complete } = candidates.of('10', 1_000);
    expect({ first: requests[0]?.at, last: requests.at(-1)?.at, complete }).toEqual({
      ...{ first: 968, last: 999, complete: false },
    });
    expect(candidates.of('10', 60_967).complete).toBe(false);
    expect(candidates.of('10', 60_968).complete).toBe(true);
    expect(candidates.of('11', 1_000).complete).toBe(true);
  });

  it('are bounded over all versions, those asked for last kept', () => {
    const candidates = createRequestCandidates(100);
    candidates.add('kept', asked(0));
    for (let at = 0; at < 150; at++) {
      candidates.add(String(at), asked(at));
      candidates.add('kept', asked(at));
    }
    expect(candidates.size).toBe(100);
    expect(candidates.of('kept', 150)).toMatchObject({ requests: [{ at: 149 }], complete: false });
    expect(candidates.of('0', 150).requests).toEqual([]);
    // The newest that was dropped is of time 50.
    expect(candidates.of('149', 60_051).complete).toBe(true);
  });

  it('are forgotten when they can have made no write any more', () => {
    const candidates = createRequestCandidates(50_000);
    candidates.add('10', asked(0));
    candidates.add('11', asked(5_000));
    candidates.forgetBefore(60_000);
    expect(candidates.size).toBe(2);
    candidates.forgetBefore(60_001);
    expect(candidates.size).toBe(1);
    candidates.delete('11');
    expect(candidates.size).toBe(0);
  });
});
