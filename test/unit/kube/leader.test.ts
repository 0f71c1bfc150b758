import { describe, expect, it } from '@jest/globals';
import { ApiFailure, type KubeApi } from '../../../src/kube/api.ts';
import { electLeader } from '../../../src/kube/leader.ts';
import type { JsonObject } from '../../../src/model/json.ts';

const forbidden = new ApiFailure(403, 'leases is forbidden', { reason: 'Forbidden' });
const conflict = new ApiFailure(409, 'the object has been modified', { reason: 'Conflict' });
const lost = new ApiFailure(0, 'connect ECONNREFUSED');

/** What an election tells whose rounds end so: with a failure to write, or with a Lease written. */
async function toldOf(rounds: readonly (ApiFailure | 'written')[]): Promise<string[]> {
  const told: string[] = [];
  const leaving = new AbortController();
  let round = 0;
  let lease: JsonObject | undefined;
  const call: KubeApi['call'] = (_, { method = 'GET', body } = {}) => {
    if (method === 'GET')
      return lease ? Promise.resolve(lease) : Promise.reject(new ApiFailure(404, 'leases "a" not found'));
    const outcome = rounds[round];
    if (outcome instanceof ApiFailure) return Promise.reject(outcome);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Lease
    lease = body as JsonObject;
    return Promise.resolve(lease);
  };
  await electLeader({
    ...{ namespace: 'n', name: 'a', identity: 'me', leaseSeconds: 90, renewMs: 1, signal: leaving.signal },
    api: { call },
    now: () => round,
    pause: async () => {
      if (++round === rounds.length) leaving.abort();
    },
    onChange: (leading) => told.push(leading ? 'leading' : 'following'),
    onTrouble: (why) => told.push(why ?? 'goes on'),
    onWrite: () => undefined,
  });
  return told;
}

describe('an election', () => {
  it('tells why nobody is elected, once for each reason, and that it goes on', async () => {
    expect(await toldOf([forbidden, forbidden, forbidden, lost, lost, 'written', 'written'])).toEqual([
      ...['leases is forbidden', 'connect ECONNREFUSED', 'leading', 'goes on', 'following'],
    ]);
  });

  it('tells nothing of somebody who was faster', async () => {
    expect(await toldOf([conflict, conflict, 'written'])).toEqual(['leading', 'following']);
  });

  it('makes the Lease where there is none', async () => {
    expect(await toldOf(['written'])).toEqual(['leading', 'following']);
  });
});
