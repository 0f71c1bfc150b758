import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { fill } from '../etcd/harness/fill.ts';
import { maintained } from '../etcd/harness/maintain.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

const quotaBytes = 48 * 2 ** 20;
const options = { controllerManager: true, etcd: { quotaBytes } } as const;

/** Where no API server looks: it would choke on what is no object. */
const prefix = '/elsewhere/value';

/** The sum of a metric over its labels. */
function sumOf(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^\\n]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

describeWith(programsFor(options), 'maintenance of the etcd of a live control plane', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane(options);
  });
  afterAll(() => plane.stop());

  const lists = async (): Promise<number> =>
    sumOf((await plane.adminFetch('/metrics')).text, 'apiserver_watch_cache_initializations_total');
  const writable = (name: string) => () =>
    plane
      .request('POST', '/api/v1/namespaces/default/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
      })
      .then(
        () => true,
        () => false,
      );

  it('finds the revision of some seconds ago, and no watch of the API server has to list again', async () => {
    await fill(plane.etcd.client, { bytes: 0.5 * quotaBytes, prefix });
    // The controller manager's leases are the clock: wait until they have ticked beyond what is kept.
    const { revision } = await plane.etcd.client.status();
    await until(
      'twelve seconds of leases',
      async () => {
        const [lease] = await plane.etcd.client.list('/registry/leases/kube-system/kube-controller-manager');
        return lease && lease.modRevision > revision && lease.version >= 8;
      },
      { withinMs: 60_000 },
    );
    const before = await lists();
    expect(before).toBeGreaterThan(0);

    const record = await maintained(plane.etcd.endpoint, { budget: '20%', acceptOutage: true, keep: '5s' });

    expect(record.outcome).toBe('done');
    expect(record.steps.find(({ step }) => step === 'compact')).toMatchObject({
      result: 'done',
      why: expect.stringMatching(/the last 5 s are kept/),
    });
    await until('the API server to write', writable('after-maintenance'), { withinMs: 60_000 });
    expect(await lists()).toBe(before);
  });

  it('finds it without a snapshot too', async () => {
    await fill(plane.etcd.client, { bytes: 0.5 * quotaBytes, prefix });
    const { revision } = await plane.etcd.client.status();
    await until(
      'some seconds of leases',
      async () => {
        const [lease] = await plane.etcd.client.list('/registry/leases/kube-system/kube-controller-manager');
        return lease && lease.modRevision > revision + 6;
      },
      { withinMs: 60_000 },
    );
    const record = await maintained(plane.etcd.endpoint, {
      budget: '20%',
      acceptOutage: true,
      keep: '3s',
      evidence: 'off',
    });
    expect(record.outcome).toBe('done');
    expect(record.steps.find(({ step }) => step === 'compact')?.why).toMatch(/the last 3 s are kept/);
  });

  it('gets it back from NOSPACE while the API server can write nothing', async () => {
    await fill(plane.etcd.client, { prefix });
    expect(await writable('while-full')()).toBe(false);
    const record = await maintained(plane.etcd.endpoint);
    expect(record).toMatchObject({ outcome: 'done', verification: { writesAccepted: true } });
    await until('the API server to write', writable('after-nospace'), { withinMs: 60_000 });
  });
});
