import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RequestTally } from '../../../src/attribution/request-tally.ts';
import type { Request } from '../../../src/model/request.ts';

const noon = Date.UTC(2026, 2, 1, 12);
const minute = 60_000;

function asked(overrides: Partial<Request> & { readonly name?: string } = {}): Request {
  const { name = 'queue', ...rest } = overrides;
  return {
    ...{ at: noon, answeredAt: noon, verb: 'update', user: 'one', userAgent: 'one/1', outcome: 'succeeded', code: 200 },
    key: { group: '', resource: 'configmaps', namespace: 'shop', name },
    ...rest,
  };
}
const conflict = (at: number): Request => asked({ at, outcome: 'rejected', code: 409, reason: 'Conflict' });

function tallied(requests: Iterable<Request>, objects = 1_000): RequestTally {
  const tally = new RequestTally({ objects, named: 1_000 });
  for (const request of requests) tally.add(request);
  return tally;
}

describe('counted requests', () => {
  it('keep what was refused apart from what succeeded, by code', () => {
    const { total, users } = tallied([
      ...[asked(), asked({ dryRun: true }), conflict(noon)],
      asked({ verb: 'create', outcome: 'rejected', code: 409, reason: 'AlreadyExists' }),
      asked({ user: 'two', outcome: 'rejected', code: 403 }),
    ]).counted([], 'joined');
    expect(total).toMatchObject({ succeeded: 2, unchanged: 1, rejected: { 403: 1, 409: 2 }, conflicts: 1 });
    expect(users).toMatchObject([
      { user: 'one', resources: ['configmaps'] },
      { user: 'two', succeeded: 0 },
    ]);
  });

  it('do not know what changed nothing while no writes are beside them', () => {
    expect(tallied([asked()]).counted([], 'apart').total.unchanged).toBeUndefined();
  });

  it('tell the busiest stretch of refusals, not their mean', () => {
    const storm = Array.from({ length: 200 }, (_, i) => conflict(noon + i * 1_200));
    const [object] = tallied([conflict(noon - 60 * minute), ...storm]).counted([], 'apart').objects;
    expect(object?.conflicting).toEqual({ count: 200, perMinute: 50, minutes: 4 });
    expect(object?.refused.count).toBe(0);
  });

  it('do not depend on the order in which logs are read', () => {
    const request = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      at: fc.integer({ min: noon, max: noon + 10 * minute }),
      user: fc.constantFrom('one', 'two'),
      outcome: fc.constantFrom<Request['outcome']>('succeeded', 'rejected'),
      code: fc.constantFrom(200, 409),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 50 }), fc.infiniteStream(fc.nat()), (requests, order) => {
        const shuffled = requests
          .map((each) => [order.next().value as number, each] as const)
          .sort((a, b) => a[0] - b[0]);
        const counted = (list: typeof requests) => tallied(list.map(asked)).counted([], 'apart');
        expect(counted(shuffled.map(([, each]) => each))).toEqual(counted(requests));
      }),
    );
  });

  it('stay within bounds when ever new objects come, and say how far a count may be off', () => {
    const tally = new RequestTally({ objects: 100, named: 100 });
    tally.add(asked({ name: 'rare' }));
    for (let i = 0; i < 5_000; i++) {
      tally.add(asked({ name: `event-${i}`, verb: 'create', code: 201 }));
      if (i % 10 === 0) tally.add(asked({ name: 'hot' }));
    }
    expect([...tally.askedObjects()].length).toBeLessThanOrEqual(100);
    tally.add(asked({ name: 'rare' }));
    const { objects, error, total } = tally.counted([], 'apart');
    const rare = objects.find(({ key }) => key.name === 'rare');
    expect(rare?.succeeded).toBe(1);
    expect(error).toBeGreaterThanOrEqual(1);
    const hot = objects.find(({ key }) => key.name === 'hot');
    expect(500 - (hot?.succeeded ?? 0)).toBeLessThanOrEqual(error);
    expect(total.succeeded).toBe(5_502);
    expect([...tally.askedResources()]).toMatchObject([{ creates: 5_000, keys: expect.any(Number) }]);
    expect([...tally.askedResources()][0]!.keys).toBeGreaterThanOrEqual(5_000);
  });
});
