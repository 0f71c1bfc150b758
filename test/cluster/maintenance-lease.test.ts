import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { takeLeaseLock } from '../../src/maintenance/lock/lease-lock.ts';
import type { Clock, Lock } from '../../src/maintenance/ports.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { fill } from '../etcd/harness/fill.ts';
import { maintained, story } from '../etcd/harness/maintain.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

const namespace = 'team-a';

describeWith(programsFor({}), 'a Lease as the lock of maintenance', () => {
  let host: ControlPlane;
  /** The one that is maintained; not the one behind the API server. */
  let etcd: Etcd;
  let api: KubeApi;
  beforeAll(async () => {
    etcd = await startEtcd({ quotaBytes: 16 * 2 ** 20 });
    host = await startControlPlane({ users: { stranger: [] } });
    await host.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    api = openApi(loadConnection({ kubeconfig: host.kubeconfig }));
  });
  afterAll(async () => {
    await api.close();
    await host.stop();
    await etcd.stop();
  });

  const { signal } = new AbortController();
  const clock: Clock = { now: Date.now, wait: (milliseconds) => pause(milliseconds) };
  const take = (name: string, identity: string, more: { leaseSeconds?: number; clock?: Clock } = {}): Promise<Lock> =>
    takeLeaseLock({ api, namespace, name, identity, clock, signal, tell: () => {}, ...more });
  const path = (name: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const spec = async (name: string): Promise<unknown> => (await host.request('GET', path(name)))['spec'];
  const exists = async (name: string): Promise<boolean> => (await host.adminFetch(path(name))).status === 200;
  /** As a run would have left it that was not heard of for an hour. */
  const abandon = (name: string): Promise<unknown> =>
    host.request('POST', path('').slice(0, -1), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name },
      spec: {
        holderIdentity: 'node-gone',
        leaseDurationSeconds: 1,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:00.000000Z',
      },
    });
  const takenOver = (name: string): Promise<unknown> =>
    until('somebody else to have it, between two renewals', async () => {
      const lease = await host.request('GET', path(name));
      const renewTime = new Date().toISOString().replace('Z', '000Z');
      const theirs = { holderIdentity: 'node-b', leaseDurationSeconds: 60, renewTime, acquireTime: renewTime };
      const { status } = await host.adminFetch(path(name), { method: 'PUT', body: { ...lease, spec: theirs } });
      return status === 200;
    });

  it('is held by one, names it to the next, and is free again afterwards', async () => {
    const lock = await take('one', 'node-a');
    expect(lock.isHeld()).toBe(true);
    await expect(take('one', 'node-b')).rejects.toMatchObject({
      code: 'MAINTAIN_LOCKED',
      message: expect.stringMatching(/holds Lease team-a\/one: node-a, since 20.*, last heard of at 20/),
    });
    await lock.release();
    const next = await take('one', 'node-b');
    expect(await spec('one')).toMatchObject({ holderIdentity: 'node-b' });
    await next.release();
    expect(await exists('one')).toBe(false);
  });

  it('goes to one of several that come at once', async () => {
    const taken = await Promise.allSettled(['a', 'b', 'c', 'd'].map((each) => take('race', `node-${each}`)));
    const locks = taken.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(locks).toHaveLength(1);
    for (const each of taken)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'MAINTAIN_LOCKED' });
    await locks[0]?.release();
  });

  it('of a holder that vanished is taken over, once it was seen to be silent', async () => {
    await abandon('silent');
    const waited: number[] = [];
    const watching: Clock = { now: Date.now, wait: async (milliseconds) => void waited.push(milliseconds) };
    const lock = await take('silent', 'node-a', { clock: watching });
    expect(waited).toEqual([1_000]);
    expect(await spec('silent')).toMatchObject({ holderIdentity: 'node-a' });
    await lock.release();
  });

  it('of a holder whose clock is behind is left to it', async () => {
    await abandon('behind');
    const renewed = { now: Date.now, wait: async () => void (await takenOver('behind')) };
    await expect(take('behind', 'node-a', { clock: renewed })).rejects.toMatchObject({ code: 'MAINTAIN_LOCKED' });
  });

  it('is renewed while it is held, also after somebody annotated it', async () => {
    const lock = await take('renewed', 'node-a', { leaseSeconds: 20 });
    const first = await spec('renewed');
    await host.request(
      'PATCH',
      path('renewed'),
      { metadata: { annotations: { 'example.com/seen': 'yes' } } },
      {
        contentType: 'application/merge-patch+json',
      },
    );
    await until('two renewals', async () => JSON.stringify(await spec('renewed')) !== JSON.stringify(first));
    expect(lock.isHeld()).toBe(true);
    expect(await spec('renewed')).toMatchObject({ holderIdentity: 'node-a' });
    await lock.release();
  });

  it('is known to be lost once somebody else has it, who keeps it', async () => {
    const lock = await take('lost', 'node-a', { leaseSeconds: 20 });
    await takenOver('lost');
    await until('the loss to be noticed', () => !lock.isHeld());
    await lock.release();
    expect(await spec('lost')).toMatchObject({ holderIdentity: 'node-b' });
  });

  it('is known to be lost when it could not be renewed in time', async () => {
    let ahead = 0;
    const stopped: Clock = { now: () => Date.now() + ahead, wait: clock.wait };
    const lock = await take('stopped', 'node-a', { clock: stopped });
    expect(lock.isHeld()).toBe(true);
    ahead = 60_000;
    expect(lock.isHeld()).toBe(false);
    await lock.release();
  });

  it('keeps a whole run out, which says who holds it and changes nothing', async () => {
    await fill(etcd.client);
    const { raftIndex } = await etcd.client.status();
    const lock = await take('kubechurn-maintain-shop', 'node-a');
    const more = { kubeconfig: host.kubeconfig, lease: `${namespace}/kubechurn-maintain-shop` };
    const record = await maintained(etcd.endpoint, more);
    expect(record).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/Lease team-a\/\S+: node-a/) });
    expect(story(record)).toEqual(['lock: refused']);
    expect(await etcd.client.status()).toMatchObject({ raftIndex });
    await lock.release();
  });

  it('that was asked for and cannot be had ends the run, and says how to go without', async () => {
    const { raftIndex } = await etcd.client.status();
    const kubeconfig = `${host.kubeconfig}.stranger`;
    writeFileSync(
      kubeconfig,
      readFileSync(host.kubeconfig, 'utf8').replace(host.tokenFor('admin'), host.tokenFor('stranger')),
    );
    await expect(maintained(etcd.endpoint, { kubeconfig, lease: namespace })).rejects.toMatchObject({
      code: 'MAINTAIN_NO_LEASE',
      message: expect.stringMatching(
        /writing Lease team-a\/kubechurn-maintain-\w+ is not allowed: .*; with --lease off/,
      ),
    });
    expect(await etcd.client.status()).toMatchObject({ raftIndex });
  });

  /** With a certificate of its own, so that nothing is looked for in the cluster. */
  const vcluster = (): { target: string; cacert: string } => {
    const cacert = `${host.kubeconfig}.ca`;
    writeFileSync(cacert, host.ca);
    return { target: `vcluster/${namespace}/shop`, cacert };
  };

  it('that nobody asked for is told where it cannot be had, and the run goes on', async () => {
    const record = await maintained(etcd.endpoint, { ...vcluster(), kubeconfig: `${host.kubeconfig}.stranger` });
    expect(record.outcome).toBe('done');
    expect(record.steps[0]?.why).toMatch(/on this host; those on others are not kept out: .* is not allowed/);
  });

  it('of a vCluster lies beside it, and is free after the run', async () => {
    await fill(etcd.client);
    const record = await maintained(etcd.endpoint, { ...vcluster(), kubeconfig: host.kubeconfig });
    expect(record.outcome).toBe('done');
    expect(record.steps[0]?.why).toBe('nobody else holds Lease team-a/kubechurn-maintain-shop');
    expect(await exists('kubechurn-maintain-shop')).toBe(false);
  });
});
