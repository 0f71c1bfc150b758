import { describe, expect, it } from '@jest/globals';
import { attempt, findingsOn, repeatedly } from './attempts.ts';

const syncer = { user: 'system:serviceaccount:tenant:vc-tenant', userAgent: 'vcluster/v0.0.0 (linux/amd64)' };
const hostPod = { resource: 'pods', namespace: 'tenant', name: 'runner-0-x-build-x-tenant' };
const refusal = (at: number): string => attempt({ at, ...syncer, ref: hostPod, code: 422, reason: 'Invalid' });

const clock = (at: number): string =>
  new Date(Date.UTC(2026, 2, 1, 11) + at * 1000).toISOString().slice(0, 19).replace('T', ' ');
const logged = (at: number, fields: object): string =>
  `${clock(at)}\tERROR\tcontroller/controller.go:494\tReconciler error\t${JSON.stringify({ component: 'vcluster', ...fields })}`;
const invalid = {
  ...{ controller: 'persistent-volume-claim', namespace: 'build', name: 'cache', reconcileID: 'x' },
  error:
    'sync: patch virtual object: update object: PersistentVolumeClaim "cache" is invalid: spec: Forbidden: is immutable',
};

describe('vcluster-error-loop', () => {
  it("fires on what the host's API server refuses, with the fragment that pauses the kind", async () => {
    const [finding, ...others] = await findingsOn(repeatedly(40, 300, refusal));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      pattern: 'vcluster-error-loop',
      confidence: 'high',
      subject: { type: 'object', resource: 'pods', namespace: 'tenant', name: hostPod.name },
      writers: [{ name: syncer.user, kind: 'user', writes: 0 }],
      evidence: { refusals: 40, codes: '422 x 40', lastError: 'Invalid' },
    });
    expect(finding?.remedy.steps.join('\n')).toContain('sync:\n  toHost:\n    pods:\n      enabled: false');
  });

  it("fires on the syncer's own log, where no audit log is at hand", async () => {
    const findings = await findingsOn(
      repeatedly(30, 360, (at) => logged(at, invalid)),
      'syncer',
    );
    expect(findings).toMatchObject([
      {
        pattern: 'vcluster-error-loop',
        subject: { group: '', resource: 'persistentvolumeclaims', namespace: 'build', name: 'cache' },
        writers: [{ name: 'kubernetes-super-admin' }],
        evidence: { codes: '422 x 30', lastError: expect.stringContaining('is immutable') },
      },
    ]);
    expect(findings[0]?.remedy.steps.join('\n')).toContain('persistentVolumeClaims:\n      enabled: false');
  });

  it('fires inside the vCluster, where the syncer is the super admin', async () => {
    const inside = (at: number): string =>
      attempt({ at, user: 'kubernetes-super-admin', userAgent: 'vcluster/v0.0.0', ref: hostPod, code: 422 });
    expect(await findingsOn(repeatedly(40, 300, inside))).toMatchObject([{ pattern: 'vcluster-error-loop' }]);
  });

  it('takes the place of conflict-storm where the syncer never gets through', async () => {
    const conflict = (at: number): string => attempt({ at, ...syncer, ref: hostPod, code: 409, reason: 'Conflict' });
    expect((await findingsOn(repeatedly(240, 300, conflict))).map(({ pattern }) => pattern)).toEqual([
      'vcluster-error-loop',
    ]);
  });

  it.each([
    ['a start, with errors for half a minute', repeatedly(40, 30, refusal)],
    ['an object that is refused now and then', repeatedly(8, 600, refusal)],
    [
      'somebody else who is refused',
      repeatedly(40, 300, (at) => attempt({ at, user: 'jane', ref: hostPod, code: 422 })),
    ],
    [
      'an administrator inside the vCluster',
      repeatedly(40, 300, (at) =>
        attempt({ at, user: 'kubernetes-super-admin', userAgent: 'kubectl/v1.36', ref: hostPod, code: 403 }),
      ),
    ],
    ['a syncer that succeeds', repeatedly(40, 300, (at) => attempt({ at, ...syncer, ref: hostPod }))],
  ])('stays silent on %s', async (_, lines) => {
    expect(await findingsOn(lines)).toEqual([]);
  });
});
