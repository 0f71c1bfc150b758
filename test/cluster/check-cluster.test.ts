import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { checkAll } from '../../src/commands/check-all.ts';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { pause } from '../../src/kube/pause.ts';
import { runAnalyzer, type RunningAnalyzer } from '../../src/pipeline/analyzer/run-analyzer.ts';
import { issueAuthority } from '../../src/server/tls/issue.ts';
import { inspect, type Checked } from '../etcd/harness/check-live.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { freePorts } from '../etcd/harness/free-ports.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook, type Webhook } from './harness/webhook.ts';

jest.setTimeout(180_000); // for machines that are busy

const options = { users: { nobody: [], 'system:serviceaccount:kubechurn:webhook': [] } } as const;
const kubeSystem = '/api/v1/namespaces/kube-system';
const sets = '/apis/apps/v1/namespaces/team-a/statefulsets';
const deployments = '/apis/apps/v1/namespaces/kubechurn/deployments';

describeWith(programsFor(options), 'check of a cluster', () => {
  const scene = openScene('check-cluster');
  let world: ControlPlane;
  let webhook: Webhook;
  let api: KubeApi;
  let analyzer: RunningAnalyzer;

  const check = async (kubeconfig = world.kubeconfig): Promise<Checked> =>
    inspect(
      await checkAll(
        { kubeconfig, analyzer: `http://127.0.0.1:${analyzer.ports.api}` },
        { betweenMs: 0, version: '0.0.0', environment: {}, hasCluster: false, onProgress: () => undefined },
      ),
    );
  /** The API server needs a moment to take notice of a configuration. */
  const checkUntil = (what: string, holds: (checked: Checked) => boolean): Promise<Checked> =>
    until(
      what,
      async () => {
        const checked = await check();
        return holds(checked) && checked;
      },
      { withinMs: 60_000, everyMs: 200 },
    );
  const pod = (component: string, command: readonly string[]) =>
    world.request('POST', `${kubeSystem}/pods`, {
      metadata: { name: `${component}-node-1`, labels: { component, tier: 'control-plane' } },
      spec: { containers: [{ name: component, image: 'a.example/a', command }] },
    });
  const set = (name: string, app: string, command: readonly string[]) =>
    world.request('POST', sets, {
      metadata: { name, labels: { app } },
      spec: {
        serviceName: name,
        selector: { matchLabels: { app } },
        template: {
          metadata: { labels: { app } },
          spec: { containers: [{ name: app, image: 'a.example/a', command }] },
        },
      },
    });
  const deployment = (component: string) => {
    const labels = { 'app.kubernetes.io/name': 'kubechurn', 'app.kubernetes.io/component': component };
    return world.request('POST', deployments, {
      metadata: { name: `kubechurn-${component}`, labels },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a.example/a' }] } },
      },
    });
  };

  beforeAll(async () => {
    world = await startControlPlane(options);
    for (const name of ['kubechurn', 'team-a'])
      await world.request('POST', '/api/v1/namespaces', { metadata: { name } });
    await pod('etcd', ['etcd', '--quota-backend-bytes=4294967296', '--listen-metrics-urls=http://127.0.0.1:2381']);
    await pod('kube-apiserver', ['kube-apiserver', '--etcd-compaction-interval=0']);
    await set('shop-etcd', 'vcluster-etcd', ['etcd', '--auto-compaction-retention=1h']);
    await set('lite', 'vcluster', ['/vcluster', 'start']);
    webhook = await startWebhook(scene);
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    const loopback = { host: '127.0.0.1', port: 0 };
    analyzer = await runAnalyzer({
      ...{ api, version: '0.0.0', namespace: 'kubechurn', identity: 'pod-a', secrets: false, seed: 1, salt: 'salt' },
      ...{ reading: loopback, health: loopback, webhooks: [], audiences: [], speak: true, log: () => undefined },
      ...{ now: Date.now, pause, random: () => 0.5 },
    });
    await analyzer.live.synced;
  });
  afterAll(async () => {
    await analyzer.stop();
    await api.close();
    await scene.close();
    await world.stop();
  });

  it('fails nothing of a cluster without a webhook, and reads the flags that its pods and StatefulSets show', async () => {
    const { of, with: those } = await check();
    expect(those('failed')).toEqual([]);
    expect(of('webhook registered').result).toBe('skipped');
    expect(of('pods of kubechurn').hint).toContain('helm upgrade --install');
    expect(of('quota flag')).toMatchObject({
      result: 'warning',
      why: expect.stringMatching(
        /4\.0 GiB at kube-system\/etcd-node-1; 2\.0 GiB, etcd's default at team-a\/shop-etcd; only its vcluster.yaml tells for team-a\/lite/,
      ),
      hint: expect.stringContaining('vCluster with deployed etcd'),
    });
    expect(of('auto-compaction flag')).toMatchObject({
      why: expect.stringMatching(/^off at kube-system\/etcd-node-1; periodic, 1h at team-a\/shop-etcd/),
      hint: expect.stringMatching(/kubeadm[^]*auto-compaction-retention/),
    });
    expect(of('compaction by kube-apiserver').result).toBe('warning');
    expect(of('version of Kubernetes').result).toBe('ok');
    expect(of('rights').result).toBe('ok');
  });

  it('looks at the analyzer: its watches, its coverage, and who leads', async () => {
    const { of } = await checkUntil('a leader', ({ of: found }) => found('leader').result === 'ok');
    expect(of('analyzer answers').result).toBe('ok');
    expect(of('watches').why).toMatch(/^\d\d resources watched$/);
    expect(of('leader').why).toMatch(/^pod-a, renewed \d+ s ago$/);
    expect(['ok', 'skipped']).toContain(of('coverage').result);
  });

  it('tells where a webhook runs that nobody calls', async () => {
    await deployment('webhook');
    const { of } = await check();
    expect(of('webhook registered')).toMatchObject({ result: 'failed', hint: expect.stringContaining('helm') });
    expect(of('pods of kubechurn')).toMatchObject({ result: 'failed', why: expect.stringContaining('0 of 1') });
  });

  it('sees the warning of a webhook that is registered, trusted and answers', async () => {
    await register(world, webhook);
    const { of } = await checkUntil('the warning', ({ of: found }) => found('warnings seen').result === 'ok');
    for (const name of ['webhook registered', 'webhook certificate', 'webhook answers'])
      expect(of(name).result).toBe('ok');
    expect((await world.request('GET', '/api/v1/namespaces/default/configmaps')).items?.map(nameOf)).not.toContainEqual(
      expect.stringContaining('kubechurn-check'),
    );
  });

  it('tells an authority that did not sign the certificate, and that calls fail open', async () => {
    await register(world, { ...webhook, authority: await issueAuthority('another', new Date()) });
    const { of } = await checkUntil('a call that failed open', ({ of: found }) =>
      found('warnings seen').why.includes('failed open'),
    );
    expect(of('webhook certificate')).toMatchObject({
      result: 'failed',
      why: expect.stringMatching(/^the caBundle does not vouch for it/),
      hint: expect.stringContaining('rollout restart'),
    });
    // It answers whoever does not look at its certificate.
    expect(of('webhook answers').result).toBe('ok');
  });

  it('tells a certificate that has expired', async () => {
    await webhook.renew(new Date(Date.now() - 8 * 86_400_000));
    const { of } = await checkUntil('an expired certificate', ({ of: found }) =>
      found('webhook certificate').why.startsWith('it expired'),
    );
    expect(of('webhook certificate').result).toBe('failed');
    await webhook.renew();
  });

  it('tells that nobody listens where API servers call', async () => {
    const [port = 0] = await freePorts(1);
    await register(world, { ...webhook, url: `https://127.0.0.1:${port}` });
    const { of } = await checkUntil('a call that failed open', ({ of: found }) =>
      found('warnings seen').why.includes('failed open'),
    );
    expect(of('webhook answers')).toMatchObject({ result: 'skipped', why: expect.stringContaining('ECONNREFUSED') });
  });

  it('skips what it may not see, and says which rights are missing', async () => {
    const config = join(scene.directory, 'nobody.kubeconfig');
    writeFileSync(
      config,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
        clusters: [
          {
            name: 'c',
            cluster: { server: world.url, 'certificate-authority-data': Buffer.from(world.ca).toString('base64') },
          },
        ],
        users: [{ name: 'u', user: { token: world.tokenFor('nobody') } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const { of, with: those } = await check(config);
    expect(those('failed')).toEqual([]);
    expect(of('webhook registered')).toMatchObject({ result: 'skipped', why: expect.stringContaining('forbidden') });
    expect(of('rights')).toMatchObject({ result: 'warning', hint: expect.stringContaining('pods/portforward') });
    expect(of('watches').result).toBe('ok');
  });
});

const nameOf = ({ metadata: { name } }: { readonly metadata: { readonly name: string } }): string => name;
