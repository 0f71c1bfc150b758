import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { pause } from '../../src/kube/pause.ts';
import { startLiveAnalysis, type LiveAnalysis } from '../../src/pipeline/live/live-analysis.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { until } from '../etcd/harness/until.ts';
import { countedAsInEtcd } from './harness/counted-as-in-etcd.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

jest.setTimeout(240_000); // for machines that are busy

const core = '/api/v1/namespaces/default';
const written = 30;

describeWith(programsFor({}), 'an API server that keeps Events in an etcd of their own', () => {
  let eventsEtcd: Etcd;
  let world: ControlPlane;
  let api: KubeApi;
  let live: LiveAnalysis;

  beforeAll(async () => {
    eventsEtcd = await startEtcd();
    world = await startControlPlane({ apiServerArgs: [`--etcd-servers-overrides=/events#${eventsEtcd.endpoint}`] });
    // Ahead of the other, as where Events are most of the writes.
    await eventsEtcd.client.putAll(
      Array.from({ length: 3_000 }, (_, i) => [`/other/${i % 10}`, String(i)] as const),
      { inFlight: 64 },
    );
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    live = startLiveAnalysis({
      ...{ api, secrets: false, version: '0.0.0', seed: 1, salt: 'salt', pause, random: () => 0.1, now: Date.now },
    });
    await live.synced;
    await world.request('POST', `${core}/configmaps`, { metadata: { name: 'written' } });
    for (let i = 1; i < written; i++)
      await world.request(
        'PATCH',
        `${core}/configmaps/written`,
        { data: { n: String(i) } },
        { fieldManager: 'writer' },
      );
    for (let i = 0; i < written; i++)
      await world.request('POST', `${core}/events`, {
        metadata: { name: `event-${i}` },
        involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'written' },
        ...{ reason: 'Written', message: `the ${i}th`, type: 'Normal', reportingComponent: 'writer' },
        ...{ source: { component: 'writer' } },
      });
  });
  afterAll(async () => {
    live.stop();
    await api.close();
    await world.stop();
    await eventsEtcd.stop();
  });

  const writesOf = (prefix: string) => live.report(0).resources.find((each) => each.prefix === prefix)?.writes;

  it('has the writes of both counted', async () => {
    const { truth, counted } = await countedAsInEtcd(world.etcd, live);
    expect(counted).toBe(truth);
    await until('the Events to be counted', () => (writesOf('/registry/events') ?? 0) >= written);
    expect(writesOf('/registry/events')).toBe(written);
  });

  it('has its own revisions covered, and is told that those of Events are none of them', async () => {
    const covered = await until('what was written to have settled', () => {
      const { coverage } = live.status();
      return coverage.counted >= written && coverage;
    });
    // What no API watch shows comes on top.
    expect(covered.growth).toBeLessThan(2 * written);
    expect(live.report(0).coverage.notSeen).toContainEqual(
      expect.stringMatching(/^events: kept in an etcd of its own/),
    );
  });
});
