import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { pause } from '../../src/kube/pause.ts';
import { startLiveAnalysis, type LiveAnalysis } from '../../src/pipeline/live/live-analysis.ts';
import { countedAsInEtcd } from '../cluster/harness/counted-as-in-etcd.ts';
import { configMaps, createSettings } from '../cluster/harness/settings.ts';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';

jest.setTimeout(240_000); // a minute away, half a minute until the next attempt, and machines that are busy

const objects = 2_000;

describeWith(programsFor({}), 'an analyzer whose API server is gone for a minute', () => {
  const writing = new AbortController();
  let world: ControlPlane;
  let api: KubeApi;
  let live: LiveAnalysis;
  let writes: Promise<void>;

  /** One object after the other, none twice: then comparing two lists finds every change. What fails is left out. */
  const write = async (): Promise<void> => {
    for (let i = 0; i < objects && !writing.signal.aborted; i++) {
      const body = { data: { n: String(i) } };
      await world.adminFetch(`${configMaps}/settings-${i}`, { method: 'PATCH', body }).catch(() => undefined);
      await after(80);
    }
  };
  const watching = (): boolean => live.status().resources.every(({ state }) => state === 'watching');

  beforeAll(async () => {
    world = await startControlPlane();
    await createSettings(world, objects);
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    live = startLiveAnalysis({
      ...{ api, secrets: false, version: '0.0.0', seed: 1, salt: 'salt', now: Date.now, pause },
      random: Math.random,
    });
    await live.synced;
    writes = write();
  });
  afterAll(async () => {
    writing.abort();
    await writes;
    live.stop();
    await api.close();
    await world.stop();
  });

  it('says so meanwhile, is back soon after it, counts exactly, and says what it may have missed', async () => {
    await after(1_000);
    const back = world.restartApiServer(60_000);
    await until('the watches to be cut', () => !watching());
    await back;
    // Reconnecting waits 30 s at most, as client-go's reflector does.
    await until('the watches to be back', watching, { withinMs: 60_000 });
    await after(1_000);
    writing.abort();
    await writes;
    const { truth, counted } = await countedAsInEtcd(world.etcd, live);
    expect(truth).toBeGreaterThan(20);
    expect(counted).toBe(truth);
    expect(live.report(0).coverage.notSeen.join('\n')).toMatch(/no longer had revisions \d+ to \d+ of \d+ resources/);
  });
});
