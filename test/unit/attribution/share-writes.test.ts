import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Candidate } from '../../../src/attribution/request-log.ts';
import { shareWrites } from '../../../src/attribution/share-writes.ts';

let at = 0;
const asked = (user: string, kind: Candidate['kind']): Candidate => ({
  ...{
    user,
    manager: user,
    kind,
    subresource: undefined,
    at: at++,
    answeredAt: at,
    basedOn: undefined,
    became: undefined,
  },
});
const byUser = (shared: ReturnType<typeof shareWrites>) =>
  Object.fromEntries([...shared.byUser].map(([user, { writes }]) => [user, writes]));

describe('the writes of a key that was not read', () => {
  it('are exact where each kind was asked for by one: a report that one makes and another updates and deletes', () => {
    const shared = shareWrites({ writes: 3, creates: 1, deletes: 1 }, [
      asked('admission', 'create'),
      asked('reports', 'change'),
      asked('reports', 'delete'),
    ]);
    expect(byUser(shared)).toEqual({ admission: 1, reports: 2 });
    expect(shared.doubt).toBe(0);
  });

  it('are exact where one user asked more often than anything changed', () => {
    const shared = shareWrites(
      { writes: 4, creates: 0, deletes: 0 },
      Array.from({ length: 9 }, () => asked('one', 'change')),
    );
    expect([byUser(shared), shared.doubt, shared.unchanged.get('one')]).toEqual([{ one: 4 }, 0, 5]);
  });

  it('count a deletion that marks a pod, and the one that removes it, to those who asked', () => {
    const shared = shareWrites({ writes: 2, creates: 0, deletes: 1 }, [
      asked('user', 'delete'),
      asked('kubelet', 'delete'),
    ]);
    expect(byUser(shared)).toEqual({ user: 1, kubelet: 1 });
  });

  it('count a deletion to whoever took the last finalizer off', () => {
    const shared = shareWrites({ writes: 2, creates: 0, deletes: 1 }, [
      asked('user', 'delete'),
      asked('operator', 'change'),
    ]);
    expect(byUser(shared)).toEqual({ user: 1, operator: 1 });
    const both = shareWrites({ writes: 2, creates: 0, deletes: 1 }, [
      asked('operator', 'change'),
      asked('operator', 'change'),
    ]);
    expect(both.byUser.get('operator')).toEqual({ writes: 2, creates: 0, deletes: 1 });
    expect(both.unchanged.size).toBe(0);
  });

  it('leave to nobody what nobody asked for: an Event that expired', () => {
    expect(byUser(shareWrites({ writes: 2, creates: 1, deletes: 1 }, [asked('one', 'create')]))).toEqual({ one: 1 });
  });

  it('never add up to more than was written, nor to more than was asked', () => {
    const request = fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom<Candidate['kind']>('create', 'change', 'delete'),
    );
    const counts = fc.record({ creates: fc.nat(4), deletes: fc.nat(4), changes: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), counts, (requests, { creates, deletes, changes }) => {
        const writes = creates + deletes + changes;
        const shared = shareWrites(
          { writes, creates, deletes },
          requests.map(([user, kind]) => asked(user, kind)),
        );
        const sum = [...shared.byUser.values()].reduce((total, each) => total + each.writes, 0);
        expect(sum).toBeLessThanOrEqual(writes);
        for (const [user, share] of shared.byUser) {
          expect(share.writes).toBeGreaterThanOrEqual(share.creates + share.deletes);
          expect(share.writes).toBeLessThanOrEqual(requests.filter(([name]) => name === user).length);
        }
      }),
    );
  });
});
