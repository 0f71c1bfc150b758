import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { discoverResources } from '../../src/kube/discovery.ts';
import { pause } from '../../src/kube/pause.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { asObject } from '../../src/objects/json-text.ts';
import { startLiveAnalysis, type LiveAnalysis } from '../../src/pipeline/live/live-analysis.ts';
import { triageCluster } from '../../src/pipeline/cluster/triage-cluster.ts';
import { churnReport } from '../../src/report/schema.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { countedAsInEtcd } from './harness/counted-as-in-etcd.ts';
import { cuttingProxy, type CuttingProxy } from './harness/cutting-proxy.ts';
import { untilAllowed } from './harness/rights.ts';
import { configMaps, createSettings } from './harness/settings.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

jest.setTimeout(240_000); // for machines that are busy

/** WatchList off, as before Kubernetes 1.34: lists come in pages. */
const options = {
  users: { reader: [], definer: [] },
  apiServerArgs: ['--feature-gates=WatchList=false,WatchListClient=false'],
} as const;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const objects = 620; // more than a page
const directory = mkdtempSync(join(tmpdir(), 'kubechurn-faults-'));

describeWith(programsFor(options), 'an analyzer whose API server fails it', () => {
  let world: ControlPlane;
  let proxy: CuttingProxy;
  let api: KubeApi;
  let live: LiveAnalysis;
  let resting = new AbortController();
  let load: Promise<unknown> = Promise.resolve();

  const watch = (through: KubeApi): LiveAnalysis =>
    startLiveAnalysis({
      ...{ api: through, secrets: false, version: '0.0.0', seed: 1, salt: 'salt', now: Date.now, pause },
      random: () => 0.1,
    });
  const apiAs = (token: string, server: string, name: string): KubeApi => {
    const file = join(directory, name);
    const config = JSON.parse(readFileSync(world.kubeconfig, 'utf8')) as {
      clusters: { cluster: { server: string } }[];
    };
    config.clusters[0]!.cluster.server = server;
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'admin', user: { token } }] }));
    return openApi(loadConnection({ kubeconfig: file }));
  };

  const allow = async (user: string, rule: JsonObject): Promise<void> => {
    const rbac = { path: '/apis/rbac.authorization.k8s.io/v1', apiGroup: 'rbac.authorization.k8s.io' };
    await world.request('POST', `${rbac.path}/clusterroles`, { metadata: { name: user }, rules: [rule] });
    await world.request('POST', `${rbac.path}/clusterrolebindings`, {
      metadata: { name: user },
      roleRef: { apiGroup: rbac.apiGroup, kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user, apiGroup: rbac.apiGroup }],
    });
  };

  const write = async (field: string): Promise<void> => {
    resting = new AbortController();
    for (let i = 0; !resting.signal.aborted; i++) {
      const path = `${configMaps}/settings-${i % objects}`;
      await world.adminFetch(path, { method: 'PATCH', body: { data: { [field]: String(i) } } }).catch(() => after(50));
      await after(5);
    }
  };
  const rest = async (): Promise<void> => {
    resting.abort();
    await load;
  };

  beforeAll(async () => {
    world = await startControlPlane(options);
    proxy = await cuttingProxy(world.url);
    await createSettings(world, objects);
    api = apiAs(world.tokenFor('admin'), proxy.url, 'proxied');
    live = watch(api);
    await live.synced;
    load = write('i');
  });
  afterAll(async () => {
    await rest();
    live.stop();
    await api.close();
    await proxy.close();
    await world.stop();
    rmSync(directory, { recursive: true });
  });

  it('lists in pages where the API server does not stream lists', () => {
    const state = live.status().resources.find(({ resource }) => resource.resource === 'configmaps');
    expect(state?.liveKeys).toBeGreaterThanOrEqual(objects);
    expect(live.status().resources.length).toBeGreaterThan(40);
  });

  it('shares a few connections among all its watches', () => {
    expect(proxy.connections()).toBeLessThanOrEqual(3);
  });

  it('goes on where it was after each cut of its connections, and misses nothing', async () => {
    for (let i = 0; i < 3; i++) {
      await after(700);
      proxy.cut();
    }
    await until('the watches to be back', () => live.status().resources.every(({ state }) => state === 'watching'));
    await after(500);
    await rest();
    const { truth, counted } = await countedAsInEtcd(world.etcd, live);
    expect(truth).toBeGreaterThan(100);
    expect(counted).toBe(truth);
    expect(live.status().gaps).toEqual([]);
  });

  it('says what it may have missed when the API server restarts and has no past, and goes on counting', async () => {
    load = write('r');
    await after(300);
    await world.restartApiServer();
    await until('the watches to be back', () => live.status().resources.every(({ state }) => state === 'watching'), {
      withinMs: 60_000,
    });
    await after(1_000);
    await rest();
    const { truth, counted } = await countedAsInEtcd(world.etcd, live);
    // Each object is written once in seconds, so comparing the lists finds every change.
    expect(counted).toBe(truth);
    const { notSeen } = live.report(0).coverage;
    expect(notSeen.join('\n')).toMatch(/no longer had revisions \d+ to \d+ of \d+ resources/);
  });

  /** gears.apps.example.com, as an operator's chart defines it. */
  const gears = (served: readonly string[]): JsonObject => ({
    metadata: { name: 'gears.apps.example.com' },
    spec: {
      ...{ group: 'apps.example.com', scope: 'Namespaced', names: { plural: 'gears', kind: 'Gear' } },
      versions: ['v1beta1', 'v1'].map((name) => ({
        ...{ name, served: served.includes(name), storage: name === 'v1beta1' },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  });
  const gearsNow = () => live.status().resources.find(({ resource }) => resource.resource === 'gears');

  it('forgets a custom resource that is deleted, and takes it up again', async () => {
    for (let i = 0; i < 2; i++) {
      await world.request('POST', definitions, gears(['v1']));
      await until('it to be watched', () => gearsNow()?.state === 'watching');
      await world.request('DELETE', `${definitions}/gears.apps.example.com`);
      await until('it to be forgotten', () => gearsNow() === undefined);
    }
    expect(live.status().resources.every(({ state }) => state === 'watching')).toBe(true);
  });

  it('counts each write of a custom resource once, though the version it is served in changes', async () => {
    await world.request('POST', definitions, gears(['v1beta1']));
    await until('it to be watched', () => gearsNow()?.state === 'watching');
    const of = (version: string) => `/apis/apps.example.com/${version}/namespaces/default/gears`;
    const make = (version: string, name: string) =>
      world.request('POST', of(version), {
        ...{ apiVersion: `apps.example.com/${version}`, kind: 'Gear', metadata: { name } },
      });
    for (let i = 0; i < 20; i++) await make('v1beta1', `gear-${i}`);
    await until('them to be counted', () => gearsNow()?.writes === 20);
    for (const served of [['v1beta1', 'v1'], ['v1']] as const) {
      await world.request('PATCH', `${definitions}/gears.apps.example.com`, gears(served), {
        fieldManager: 'operator',
      });
      await until('the other version to be watched', () => {
        const now = gearsNow();
        return now?.state === 'watching' && now.resource.version === 'v1';
      });
    }
    await make('v1', 'gear-20');
    await until('the next to be counted', () => (gearsNow()?.writes ?? 0) > 20);
    expect(gearsNow()?.writes).toBe(21);
    expect(live.status().isEtcd).toBe(true);
    await world.request('DELETE', `${definitions}/gears.apps.example.com`);
    await until('it to be forgotten', () => gearsNow() === undefined);
  });

  it('counts, in a replica that joins late, from when it joined and says so', async () => {
    const late = watch(api);
    await late.synced;
    const { fromRevision, since } = late.status();
    expect(fromRevision).toBeGreaterThan(live.status().fromRevision!);
    expect(since).toBeGreaterThan(live.status().since);
    for (let i = 0; i < 40; i++)
      await world.adminFetch(`${configMaps}/settings-1`, { method: 'PATCH', body: { data: { late: String(i) } } });
    const { truth, counted } = await countedAsInEtcd(world.etcd, late);
    expect({ truth, counted }).toEqual({ truth: 40, counted: 40 });
    expect(late.report(1).source[0]).toMatchObject({ fromRevision });
    late.stop();
  });

  it('triages by itself what it may see, and names what it may not', async () => {
    await allow('reader', { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] });
    await untilAllowed(world, 'reader', { verb: 'watch', resource: 'configmaps' });
    const reader = apiAs(world.tokenFor('reader'), world.url, 'reader');
    const writes = (async () => {
      for (let i = 0; i < 60; i++) {
        await world.adminFetch(`${configMaps}/settings-2`, { method: 'PATCH', body: { data: { i: String(i) } } });
        await after(50);
      }
    })();
    const report = churnReport.parse(
      await triageCluster({
        ...{ api: reader, watchMs: 3_500, secrets: false, top: 5, version: '0.0.0', onProgress: () => undefined },
      }),
    );
    await writes;
    await reader.close();
    expect(report.keys[0]).toMatchObject({ name: 'settings-2' });
    expect(report.coverage.notSeen).toContainEqual(expect.stringMatching(/^pods: not allowed to be watched/));
  });

  it('is told by the definitions what this etcd keeps where it may not list apiservices', async () => {
    const spec = asObject(gears(['v1'])['spec']);
    await world.request('POST', definitions, {
      metadata: { name: 'cogs.other.example.com' },
      spec: { ...spec, group: 'other.example.com', names: { plural: 'cogs', kind: 'Cog' } },
    });
    const definer = apiAs(world.tokenFor('definer'), world.url, 'definer');
    const found = async () => {
      const { resources, notSeen } = await discoverResources(definer);
      return { groups: resources.map(({ group }) => group), notSeen: notSeen.join('\n') };
    };
    const before = await until('the resource to be served', async () => {
      const now = await found();
      return now.notSeen.includes('other.example.com (cogs) is not watched') && now;
    });
    expect(before.groups).toEqual(expect.arrayContaining(['', 'apps', 'rbac.authorization.k8s.io']));
    expect(before.groups).not.toContain('other.example.com');

    const right = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', verb: 'list' };
    await allow('definer', { apiGroups: [right.group], resources: [right.resource], verbs: [right.verb] });
    await untilAllowed(world, 'definer', right);
    const allowed = await found();
    await definer.close();
    expect(allowed.groups).toContain('other.example.com');
    expect(allowed.notSeen).toBe('');
  });
});
