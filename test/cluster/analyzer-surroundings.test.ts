import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { electLeader } from '../../src/kube/leader.ts';
import { pause } from '../../src/kube/pause.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { startLiveAnalysis, type LiveAnalysis } from '../../src/pipeline/live/live-analysis.ts';
import { churnReport } from '../../src/report/schema.ts';
import { createAuthority, type Authority } from '../etcd/harness/certificates.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { countedAsInEtcd } from './harness/counted-as-in-etcd.ts';
import { cuttingProxy, type CuttingProxy } from './harness/cutting-proxy.ts';
import { shortToken } from './harness/short-token.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

jest.setTimeout(240_000); // for machines that are busy

const configMaps = '/api/v1/namespaces/default/configmaps';
const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const hour = 3_600_000;

describeWith([...programsFor({}), 'openssl'], 'an analyzer in surroundings that are not as they should be', () => {
  const scene = openScene('surroundings');
  let authority: Authority;
  let world: ControlPlane;
  let proxy: CuttingProxy;
  /** Watches with a token that ends while other tests run. */
  let aging: Awaited<ReturnType<typeof startAging>>;
  const opened: { close(): unknown }[] = [];

  /** A kubeconfig of its own for a user of any kind. */
  const apiAs = (name: string, user: object, server = world.url): KubeApi => {
    const file = join(scene.directory, `${name}.kubeconfig`);
    const config = JSON.parse(readFileSync(world.kubeconfig, 'utf8')) as {
      clusters: { cluster: { server: string } }[];
    };
    config.clusters[0]!.cluster.server = server;
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'admin', user }] }));
    const api = openApi(loadConnection({ kubeconfig: file }));
    opened.push(api);
    return api;
  };
  const watch = (api: KubeApi, skewMs = 0): LiveAnalysis => {
    const live = startLiveAnalysis({
      ...{ api, secrets: false, version: '0.0.0', seed: 1, salt: 'salt', pause, random: () => 0.1 },
      now: () => Date.now() + skewMs,
    });
    opened.push({ close: live.stop });
    return live;
  };
  const startAging = async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const { uid } = (await world.request('POST', accounts, { metadata: { name: 'analyzer' } })).metadata;
    const account = { namespace: 'default', name: 'analyzer', uid };
    await bind('by-token', { kind: 'ServiceAccount', namespace: 'default', name: 'analyzer' });
    const file = join(scene.directory, 'token');
    const ended = shortToken(world, account, 12);
    writeFileSync(file, ended);
    // As client-node takes the token of a pod.
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: file } } };
    const live = watch(apiAs('token', user, proxy.url));
    await live.synced;
    return { live, file, ended, next: () => shortToken(world, account, 3_600) };
  };
  const bind = (name: string, subject: object) =>
    world.request('POST', bindings, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [subject],
    });
  const write = async (name: string, times: number): Promise<void> => {
    await world.adminFetch(configMaps, { method: 'POST', body: { metadata: { name } } });
    for (let i = 0; i < times; i++)
      await world.request('PATCH', `${configMaps}/${name}`, { data: { n: String(i) } }, { fieldManager: 'writer' });
  };
  /** As many writes of ConfigMaps as etcd holds since counting began, no more and no fewer. */
  const countsAll = async (live: LiveAnalysis): Promise<void> => {
    const { truth, counted } = await countedAsInEtcd(world.etcd, live, { withinMs: 90_000 });
    expect(truth).toBeGreaterThan(0);
    expect(counted).toBe(truth);
  };

  beforeAll(async () => {
    authority = createAuthority('cluster-ca');
    world = await startControlPlane({ apiServerArgs: [`--client-ca-file=${authority.ca}`] });
    proxy = await cuttingProxy(world.url);
    aging = await startAging();
  });
  afterAll(async () => {
    for (const each of opened.toReversed()) await each.close();
    await proxy.close();
    await scene.close();
    await world.stop();
    authority.remove();
  });

  it('states that an aggregated API is down, and watches the rest', async () => {
    await world.request('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1beta1.metrics.example.com' },
      spec: {
        ...{ group: 'metrics.example.com', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
        ...{ insecureSkipTLSVerify: true, service: { namespace: 'default', name: 'not-there' } },
      },
    });
    await until('the API server to notice', async () => {
      const { text } = await world.adminFetch(
        '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.example.com',
      );
      return text.includes('"reason":"ServiceNotFound"');
    });
    const live = watch(apiAs('admin', { token: world.tokenFor('admin') }));
    await live.synced;
    expect(live.status().notSeen.join('\n')).toMatch(
      /the aggregated API metrics\.example\.com\/v1beta1 is down: .*not-there/,
    );
    await write('beside-an-aggregated-api', 5);
    await countsAll(live);
    const { coverage } = churnReport.parse(live.report(0));
    expect(coverage.notSeen.join('\n')).toContain('metrics.example.com');
  });

  it('takes the client certificates of a kubeconfig, and the next ones once they are in its files', async () => {
    await bind('by-certificate', { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'cara' });
    const [first, second] = ['cara', 'dora'].map((name) => authority.issue(name));
    const files = { cert: join(scene.directory, 'client.crt'), key: join(scene.directory, 'client.key') };
    const use = (pair: typeof first): void => {
      copyFileSync(pair!.cert, files.cert);
      copyFileSync(pair!.key, files.key);
    };
    use(first);
    const api = apiAs('certificate', { 'client-certificate': files.cert, 'client-key': files.key });
    const whoAmI = async (): Promise<unknown> => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const { status } = await api.call('/apis/authentication.k8s.io/v1/selfsubjectreviews', { method: 'POST', body });
      return ((status as JsonObject)['userInfo'] as JsonObject)['username'];
    };
    expect(await whoAmI()).toBe('cara');
    const live = watch(api);
    await live.synced;
    await write('by-certificate', 5);
    await countsAll(live);
    use(second);
    await until('the new certificate to be used', async () => (await whoAmI()) === 'dora');
  });

  it('finds the same with clocks that are two hours ahead and behind', async () => {
    const admin = { token: world.tokenFor('admin') };
    const lives = [2 * hour, -2 * hour].map((skewMs, i) => watch(apiAs(`clock-${i}`, admin), skewMs));
    await Promise.all(lives.map(({ synced }) => synced));
    await world.request('POST', configMaps, { metadata: { name: 'fought' }, data: { mode: 'none' } });
    const ending = new AbortController();
    const fight = (async () => {
      for (let i = 0; !ending.signal.aborted; i++) {
        const fieldManager = i % 2 === 0 ? 'flux' : 'argocd';
        await world.request('PATCH', `${configMaps}/fought`, { data: { mode: String(i % 2) } }, { fieldManager });
        await after(80);
      }
    })();
    const findings = await Promise.all(
      lives.map((live) =>
        until(
          'the fight to be found',
          () => live.standing().find(({ finding: { subject } }) => subject.name === 'fought')?.finding,
          { withinMs: 90_000, everyMs: 200 },
        ),
      ),
    ).finally(() => ending.abort());
    await fight;
    for (const finding of findings) {
      expect(finding).toMatchObject({ pattern: 'field-fight', fields: ['/data/mode'] });
      expect(finding.writers.map(({ name }) => name).toSorted()).toEqual(['argocd', 'flux']);
      // A clock that is taken at its word would make it thousands, or next to none.
      expect(finding.evidence['perMinute']).toBeGreaterThan(5);
      expect(finding.evidence['perMinute']).toBeLessThan(3_000);
    }
  });

  it('lets one replica speak although their clocks differ by hours', async () => {
    const api = apiAs('leaders', { token: world.tokenFor('admin') });
    const replica = (identity: string, skewMs: number) => {
      const leaving = new AbortController();
      let leads = false;
      const election = electLeader({
        ...{ api, namespace: 'default', name: 'skewed', identity, leaseSeconds: 60, renewMs: 200, pause },
        ...{
          signal: leaving.signal,
          now: () => Date.now() + skewMs,
          onWrite: () => undefined,
          onTrouble: () => undefined,
        },
        onChange: (leading) => (leads = leading),
      });
      return { leads: () => leads, leave: () => (leaving.abort(), election) };
    };
    const first = replica('late', -2 * hour);
    await until('the first to lead', first.leads);
    const second = replica('early', 2 * hour);
    await after(1_500); // what does not happen can only be waited for
    expect([first.leads(), second.leads()]).toEqual([true, false]);
    await Promise.all([first.leave(), second.leave()]);
  });

  it('goes on with the next token in its file when the one it began with has ended', async () => {
    const { live, ended, file, next } = aging;
    await write('by-token', 5);
    await until(
      'the token to be refused',
      async () => (await world.adminFetch('/api/v1/namespaces', { token: ended })).status === 401,
      { withinMs: 90_000, everyMs: 250 },
    );
    // Its watches go on: only who opens one is asked who he is.
    await write('by-token', 5);
    await countsAll(live);
    proxy.cut();
    await until('a watch to be refused', () => live.status().resources.some(({ state }) => state === 'retrying'), {
      withinMs: 60_000,
    });
    await write('by-token', 5);
    writeFileSync(file, next());
    await countsAll(live);
    expect(live.status().gaps).toEqual([]);
  });
});
