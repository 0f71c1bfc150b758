import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { align, type Step } from '../../../src/attribution/align.ts';
import type { Candidate } from '../../../src/attribution/request-log.ts';

const second = 1000;

interface Deed {
  readonly user: string;
  readonly manager: string;
  /** Whether the request carries the version it is based on, or tells the one it became. */
  readonly tells: 'nothing' | 'basedOn' | 'became';
  readonly changes: boolean;
  readonly pause: number;
}

/** Requests served one after the other, and the revisions they made, as an API server would have them. */
function played(deeds: readonly Deed[], { stamped = true, clockError = 0 } = {}) {
  let at = 1_000_000;
  let revision = 100;
  const steps: Step[] = [{ revision, at, kind: 'create', stamps: [{ manager: 'maker', subresource: undefined }] }];
  const requests: Candidate[] = [{ ...base('maker', 'maker', at), kind: 'create' }];
  const truth = [0];
  for (const { user, manager, tells, changes, pause } of deeds) {
    at += pause;
    const before = revision;
    if (changes) {
      revision += 3;
      truth.push(requests.length);
      steps.push({
        revision,
        at: at + clockError,
        kind: 'change',
        stamps: stamped ? [{ manager, subresource: undefined }] : [],
      });
    }
    requests.push({
      ...base(user, manager, at),
      ...(tells === 'basedOn' && { basedOn: before }),
      ...(tells === 'became' && { became: revision }),
    });
  }
  return { steps, requests, truth };
}

function base(user: string, manager: string, at: number): Candidate {
  return {
    user,
    manager,
    kind: 'change',
    subresource: undefined,
    at: at - 5,
    answeredAt: at + 5,
    basedOn: undefined,
    became: undefined,
  };
}

const deed = (tells: fc.Arbitrary<Deed['tells']>): fc.Arbitrary<Deed> =>
  fc.record({
    user: fc.constantFrom('one', 'two', 'three'),
    manager: fc.constantFrom('kubectl', 'operator'),
    tells,
    changes: fc.boolean(),
    pause: fc.integer({ min: 1, max: 20 * second }),
  });

describe('requests and revisions of one key', () => {
  it('are matched without fail where requests tell the revision they became', () => {
    fc.assert(
      fc.property(fc.array(deed(fc.constant('became' as const)), { maxLength: 40 }), (deeds) => {
        const { steps, requests, truth } = played(deeds);
        const { matches } = align(steps, requests, second);
        matches.forEach((match, i) => expect(match?.request).toBe(truth[i]));
        expect(matches.slice(1).every((match) => match?.confidence === 'high')).toBe(true);
      }),
    );
  });

  it('are matched without fail where updates carry the version they are based on', () => {
    fc.assert(
      fc.property(fc.array(deed(fc.constant('basedOn' as const)), { maxLength: 40 }), (deeds) => {
        const { steps, requests, truth } = played(deeds, { stamped: false });
        const users = align(steps, requests, second).matches.map((match) => match && requests[match.request]?.user);
        expect(users).toEqual(truth.map((request) => requests[request]?.user));
      }),
    );
  });

  it('are matched in order where each request made a revision, however far the clocks are apart', () => {
    const all = deed(fc.constant('nothing' as const)).map((each) => ({ ...each, changes: true }));
    fc.assert(
      fc.property(fc.array(all, { maxLength: 40 }), fc.integer({ min: -900, max: 900 }), (deeds, clockError) => {
        const { steps, requests, truth } = played(deeds, { clockError });
        expect(align(steps, requests, second).matches.map((match) => match?.request)).toEqual(truth);
      }),
    );
  });

  it('are told apart by field manager where some requests changed nothing', () => {
    const own = deed(fc.constant('nothing' as const)).map((each) => ({ ...each, manager: each.user }));
    fc.assert(
      fc.property(fc.array(own, { maxLength: 40 }), (deeds) => {
        const { steps, requests, truth } = played(deeds);
        const users = align(steps, requests, second).matches.map((match) => match && requests[match.request]?.user);
        expect(users).toEqual(truth.map((request) => requests[request]?.user));
      }),
    );
  });

  it('are never matched twice, against their order, or with a request that cannot have made the revision', () => {
    const mixed = deed(fc.constantFrom('nothing', 'basedOn', 'became'));
    fc.assert(
      fc.property(fc.array(mixed, { maxLength: 40 }), fc.boolean(), (deeds, stamped) => {
        const { steps, requests } = played(deeds, { stamped });
        const { matches } = align(steps, requests, second);
        const used = matches.flatMap((match) => match?.request ?? []);
        expect(new Set(used).size).toBe(used.length);
        matches.forEach((match, i) => {
          if (!match) return;
          const [stamp] = steps[i]!.stamps;
          if (stamp) expect(requests[match.request]!.manager).toBe(stamp.manager);
        });
      }),
    );
  });

  it('stay apart where the log has no request near the revision', () => {
    const { steps, requests } = played([
      { user: 'one', manager: 'kubectl', tells: 'nothing', changes: true, pause: 60 * second },
    ]);
    const late = requests.map((request) => ({
      ...request,
      at: request.at + 3_600_000,
      answeredAt: request.answeredAt + 3_600_000,
    }));
    expect(align(steps, late, second).matches).toEqual([undefined, undefined]);
  });

  it('give a removal, which no field manager is noted for, to the one who asked at that time', () => {
    const { steps, requests } = played([
      { user: 'setter', manager: 'setter', tells: 'nothing', changes: true, pause: second },
      { user: 'remover', manager: 'remover', tells: 'nothing', changes: true, pause: second },
    ]);
    const bare = steps.map((step, i) => (i === 2 ? { ...step, stamps: [] } : step));
    const { matches } = align(bare, requests, second);
    expect(matches.map((match) => match && requests[match.request]?.user)).toEqual(['maker', 'setter', 'remover']);
  });

  it('are matched within reasonable time where a key has tens of thousands of revisions', () => {
    const deeds = Array.from({ length: 20_000 }, (_, i): Deed => ({
      ...{ user: i % 2 ? 'one' : 'two', manager: i % 2 ? 'one' : 'two', tells: 'nothing', changes: true, pause: 200 },
    }));
    const { steps, requests, truth } = played(deeds);
    expect(align(steps, requests, second).matches.map((match) => match?.request)).toEqual(truth);
  });
});
