import { describe, expect, it } from '@jest/globals';
import { attempt, findingsOn, repeatedly } from './attempts.ts';

const worker = 'system:serviceaccount:shop:worker';
const conflict = (at: number): string =>
  attempt({ at, user: worker, userAgent: 'worker/1.2', code: 409, reason: 'Conflict' });

describe('conflict-storm', () => {
  it('fires when one client keeps updating an object from an old version', async () => {
    const lines = [
      ...repeatedly(240, 300, conflict),
      ...repeatedly(60, 300, (at) => attempt({ at, user: worker, userAgent: 'worker/1.2' })),
      ...repeatedly(60, 300, (at) => attempt({ at, user: 'system:serviceaccount:shop:other' })),
    ];
    const findings = await findingsOn(lines);
    expect(findings).toMatchObject([
      {
        pattern: 'conflict-storm',
        confidence: 'high',
        subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'shop', name: 'queue' },
        writers: [{ name: worker, kind: 'user', confidence: 'high', writes: 60 }],
        evidence: { conflicts: 240, perMinute: 48, percentOfItsRequests: 80, userAgents: 'worker/1.2' },
        remedy: { summary: expect.stringContaining('patch') },
      },
    ]);
  });

  it.each([
    ['a burst of conflicts that ends within a minute', repeatedly(200, 50, conflict)],
    ['a few conflicts, which a retry settles', repeatedly(60, 600, conflict)],
    [
      'names that are taken',
      repeatedly(240, 300, (at) => attempt({ at, user: worker, verb: 'create', code: 409, reason: 'AlreadyExists' })),
    ],
    ['other refusals', repeatedly(240, 300, (at) => attempt({ at, user: worker, code: 403, reason: 'Forbidden' }))],
    [
      'many objects with a few conflicts each',
      repeatedly(240, 300, (at) =>
        attempt({
          at,
          user: worker,
          code: 409,
          reason: 'Conflict',
          ref: { resource: 'configmaps', namespace: 'shop', name: `queue-${Math.round(at) % 12}` },
        }),
      ),
    ],
  ])('stays silent on %s', async (_, lines) => {
    expect(await findingsOn(lines)).toEqual([]);
  });
});
