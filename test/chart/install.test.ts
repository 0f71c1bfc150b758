import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { takeLock } from '../../src/commands/maintain-lock.ts';
import { leaseWish } from '../../src/maintenance/lock/lease-wish.ts';
import { checkAll } from '../../src/commands/check-all.ts';
import { startControlPlane, programsFor, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { inspect } from '../etcd/harness/check-live.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { chart, inCi, objectsOf, type Said } from './harness/helm.ts';
import { leftovers } from './harness/leftovers.ts';
import { emptyQueries } from './harness/promtool.ts';
import { openRelease, type Release } from './harness/release.ts';
import { openPodNetwork, type PodNetwork } from './harness/pod-network.ts';
import { podOf } from './harness/pods.ts';
import type { Node } from './harness/node.ts';
import { runPod, type Pod } from './harness/run-pod.ts';
import { callsIn, isUsed, rightsIn, type Call } from './harness/used-rules.ts';

jest.setTimeout(300_000); // for machines that are busy

const namespace = 'kubechurn';
/** As by default, and with throttling, which takes a right more. */
const values = [...inCi('default-values.yaml'), '--set', 'webhook.throttle.enabled=true'];
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const configuration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubechurn';

const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kubechurn-analyzer`;

describeWithPods([...programsFor({}), 'helm', 'promtool'], 'the chart, installed into a real control plane', () => {
  const scene = openScene('chart');
  let world: ControlPlane;
  let network: PodNetwork;
  let node: Node & { readonly world: ControlPlane };
  let release: Release;
  const webhooks: Pod[] = [];
  let analyzer: Pod;
  let installed: Said;

  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://${analyzer.address}:9446/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  const calls = (): Call[] => callsIn(world.auditLogFile, namespace);
  const write = (n: number) =>
    world.adminFetch(`${deployments}/web?fieldManager=${n % 2 === 0 ? 'flux' : 'argocd'}&force=true`, {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      body: deployment(n % 2),
    });

  beforeAll(async () => {
    network = openPodNetwork();
    world = await startControlPlane({
      audit: true,
      address: network.host,
      // Without WatchList the analyzer lists first, as on API servers older than 1.34: so both verbs are used.
      apiServerArgs: ['--enable-aggregator-routing=true', '--feature-gates=WatchList=false'],
    });
    node = { scene, world, namespace, names: new Map() };
    release = openRelease(node, network);
    await world.request('POST', deployments, deployment(0));
    installed = release.helm('install', 'kubechurn', chart, '--create-namespace', ...values, '--set', 'analyzer.quota=8GiB');
    if (installed.code !== 0) throw new Error(installed.stderr);
    // Argo CD leaves Leases out of what it installs.
    await world.request('DELETE', lease);
    analyzer = await release.start('kubechurn-analyzer');
    node.names.set(`kubechurn-analyzer.${namespace}.svc`, analyzer.address);
    webhooks.push(await release.start('kubechurn-webhook', '-1'), await release.start('kubechurn-webhook', '-2'));
    await release.lead('kubechurn-webhook', webhooks);
    await until('requests to reach the analyzer', async () => {
      await write(0);
      return (await metric('kubechurn_requests_received_total')) > 0;
    }, { withinMs: 60_000, everyMs: 200 });
  });
  afterAll(async () => {
    await scene.close();
    await world.stop();
    network.close();
  });

  it('says what is on, what is off, and how to take the webhook out of the way', () => {
    expect(installed.stderr).toBe('');
    expect(installed.stdout).toContain('webhook      on, 2 pods, failurePolicy Ignore, a write waits 1 s for it at most');
    expect(installed.stdout).toContain('maintenance  off (etcd.profile, maintenance.targets)');
    expect(installed.stdout).toContain('kubectl delete validatingwebhookconfiguration kubechurn');
  });

  it('lets API servers trust the certificate that the webhook made, and touches nothing else of the configuration', async () => {
    const { webhooks: hooks } = await world.request('GET', configuration);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the API server keeps it
    const bundles = (hooks as { clientConfig: { caBundle: string } }[]).map(({ clientConfig: { caBundle } }) => caBundle);
    expect(new Set(bundles).size).toBe(1);
    expect(Buffer.from(bundles[0] ?? '', 'base64').toString()).toContain('-----BEGIN CERTIFICATE-----');
    const { stdout } = release.helm('upgrade', 'kubechurn', chart, ...values);
    expect(stdout).toContain('STATUS: deployed');
    const again = await world.request('GET', configuration);
    expect(again['webhooks']).toEqual(hooks);
  });

  it('makes the Lease that whoever installed the chart left out', async () => {
    const { spec } = await until('the Lease', () => world.request('GET', lease).catch(() => undefined));
    expect(spec).toMatchObject({ holderIdentity: expect.stringMatching(/_[0-9a-f]{8}$/) });
  });

  it('tells a fight as an Event of the object fought over', async () => {
    const told = await until(
      'an Event',
      async () => {
        for (let n = 0; n < 10; n++) await write(n);
        const { items = [] } = await world.request('GET', '/api/v1/namespaces/default/events');
        return items.find((event) => event['reason'] === 'ChurnFound');
      },
      { withinMs: 120_000, everyMs: 200 },
    );
    expect(told).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Deployment', name: 'web' } });
  });

  it('exposes what each panel of the dashboard shows', async () => {
    const exposed = [
      await textAt(`http://${analyzer.address}:9446/metrics`),
      await textAt(`https://${webhooks[0]?.address}:9443/metrics`),
    ];
    const { panels } = JSON.parse(readFileSync(`${chart}/files/dashboard.json`, 'utf8')) as Dashboard;
    const queries = panels
      // There is no such time while the database does not grow.
      .filter(({ title }) => title !== 'Time until the quota is reached')
      .flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(emptyQueries(queries, exposed)).toEqual([]);
    expect(emptyQueries(['sum(kubechurn_nothing)'], exposed)).toEqual(['sum(kubechurn_nothing)']);
  });

  it('finds the webhook registered, reachable behind its Service, trusted and answering, as check does from outside', async () => {
    const { of } = inspect(
      await checkAll(
        { kubeconfig: world.kubeconfig },
        { betweenMs: 0, version: '0.0.0', environment: {}, hasCluster: false, onProgress: () => undefined },
      ),
    );
    expect(of('webhook registered').result).toBe('ok');
    expect(of('webhook reachable').why).toBe('Service kubechurn/kubechurn-webhook: 2 of 2 ready');
    expect(of('webhook certificate')).toMatchObject({
      result: 'ok',
      why: expect.stringMatching(/^trusted by the caBundle/),
    });
    expect(of('webhook answers').result).toBe('ok');
    expect(of('warnings seen').result).toBe('ok');
  });

  it('is found well by helm test, and not when nobody answers', () => {
    const pod = objectsOf(inCi('default-values.yaml')).find(({ metadata: { name } }) => name === 'kubechurn-test-reach');
    const [program = '', ...args] = (pod && podOf(pod))?.spec.containers[0]?.command ?? [];
    expect(program).toBe('/nodejs/bin/node');
    // No kube-proxy leads from the Service's port to that of the pods.
    const reach = (webhook = '') =>
      args.map((each) =>
        each
          .replace(/kubechurn-webhook\.kubechurn\.svc/, `${webhook}:9443`)
          .replace(/kubechurn-analyzer\.kubechurn\.svc/, analyzer.address),
      );
    const well = spawnSync(process.execPath, reach(webhooks[0]?.address), { encoding: 'utf8' });
    expect(well).toMatchObject({ status: 0, stdout: expect.stringContaining('/readyz: 200') });
    expect(well.stdout.match(/: 200$/gm)).toHaveLength(2);
    expect(spawnSync(process.execPath, reach(network.host)).status).toBe(1);
  });

  it('uses each right that it has', async () => {
    const rights = rightsIn(objectsOf(values));
    expect(rights.length).toBeGreaterThan(90);
    // The authority was stored when the first webhook came; a patch follows each new authority.
    const unused = (): string[] => {
      const seen = calls();
      return rights.filter((right) => !isUsed(right, seen)).map(inWords);
    };
    // The Lease that was made is renewed half a minute later.
    await until('the last of them', () => unused().length === 0, { withinMs: 60_000, everyMs: 500 }).catch(() => undefined);
    expect(unused()).toEqual([]);
    expect(isUsed({ ...rights[0]!, verb: 'deletecollection' }, calls())).toBe(false);
  });

  it('is refused nothing but what it shall not see', () => {
    const refused = calls().filter(({ allowed }) => !allowed);
    expect([...new Set(refused.map(({ user, verb, group, resource }) => inWords({ user, verb, group, resource })))].sort()).toEqual([
      'kubechurn:kubechurn-analyzer watch configmaps.',
    ]);
  });

  it('lets maintenance of a vCluster read its certificates and members and hold its Lease, by name, and nothing else', async () => {
    for (const name of ['team-a', 'team-b']) await world.request('POST', '/api/v1/namespaces', { metadata: { name } });
    await world.request('POST', '/apis/apps/v1/namespaces/team-a/statefulsets', {
      metadata: { name: 'shop-etcd' },
      spec: { serviceName: 'shop-etcd-headless', ...deployment(0).spec },
    });
    await world.request('POST', '/api/v1/namespaces/team-a/secrets', {
      metadata: { name: 'shop-certs' },
      stringData: { 'etcd-ca.crt': world.ca, 'etcd-peer.crt': world.ca, 'etcd-peer.key': 'none' },
    });
    const vclusters = inCi('vcluster-deployed-values.yaml');
    expect(release.helm('upgrade', 'kubechurn', chart, ...vclusters).code).toBe(0);
    const job = await world.request('GET', `/apis/batch/v1/namespaces/${namespace}/cronjobs/kubechurn-etcd-shop`);
    const { spec } = podOf({ ...job, apiVersion: 'batch/v1', kind: 'CronJob' })!;
    const { process } = await runPod(node, network.addPod(), 'shop', spec);
    // There is no etcd behind it here.
    await until('the run to end', () => process.ended(), { withinMs: 60_000 });
    expect(process.lastWords()).toMatch(/etcd/);

    // So this stands in for how far it would have come.
    const { status } = await world.request(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/kubechurn-etcd-shop/token`,
      { spec: {} },
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TokenRequest
    const { token } = status as { token: string };
    const kubeconfig = `${world.kubeconfig}.shop`;
    writeFileSync(kubeconfig, readFileSync(world.kubeconfig, 'utf8').replace(world.tokenFor('admin'), token));
    const lock = await takeLock(
      '1',
      { kubeconfig, lock: `${kubeconfig}.lock` },
      leaseWish(undefined, { kind: 'vcluster-deployed', name: 'vcluster/team-a/shop' }),
      {},
      { clock: { now: Date.now, wait: () => Promise.resolve() }, signal: new AbortController().signal, tell: () => {} },
    );
    expect(lock.why).toBe('nobody else holds Lease team-a/kubechurn-maintain-shop');
    await until('it to be renewed', () => calls().some(({ verb, name }) => verb === 'update' && name === 'kubechurn-maintain-shop'));
    await lock.release();

    const mine = calls().filter(({ user }) => user === `${namespace}:kubechurn-etcd-shop`);
    expect([...new Set(mine.map((call) => `${call.verb} ${call.resource} ${call.namespace}/${call.name} ${call.allowed}`))]).toEqual([
      'get statefulsets team-a/shop-etcd true',
      'get secrets team-a/shop-certs true',
      'get leases team-a/kubechurn-maintain-shop true',
      'create leases team-a/kubechurn-maintain-shop true',
      'update leases team-a/kubechurn-maintain-shop true',
      'delete leases team-a/kubechurn-maintain-shop true',
    ]);
    const rights = rightsIn(objectsOf(vclusters)).filter(({ user }) => user === `${namespace}:kubechurn-etcd-shop`);
    expect(rights).toHaveLength(6);
    expect(rights.every((right) => isUsed(right, mine))).toBe(true);
  });

  it('leaves nothing behind when it is uninstalled', async () => {
    for (const pod of [...webhooks, analyzer]) await pod.process.stop();
    expect(release.helm('uninstall', 'kubechurn').code).toBe(0);
    // Made by this test in place of controllers.
    const left = (await leftovers(world)).filter((each) => !each.includes('/endpointslices '));
    // Helm leaves the namespace, which it does not own.
    expect(left).toEqual([`/api/v1/namespaces ${namespace}`]);
  });
});

type Dashboard = { readonly panels: readonly { title: string; targets: readonly { expr: string }[] }[] };

/** As a Prometheus scrapes it that does not look at certificates. */
async function textAt(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  get(url, { rejectUnauthorized: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('end', () => resolve(text));
  }).on('error', reject);
  return promise;
}

function inWords({ user, verb, group, resource }: { user: string; verb: string; group: string; resource: string }): string {
  return `${user} ${verb} ${resource}.${group}`;
}

/** What the two writers want differs in one annotation of the pods. */
function deployment(side: number) {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { side: String(side) } },
        spec: { containers: [{ name: 'web', image: 'a.example/web' }] },
      },
    },
  };
}
