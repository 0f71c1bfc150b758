import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { bundlePublisher } from '../../src/pipeline/webhook/publish-bundle.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { freePorts } from '../etcd/harness/free-ports.ts';
import { openScene, type Running } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { webhookConfiguration } from './harness/webhook-configuration.ts';

jest.setTimeout(120_000); // for machines that are busy

const account = 'system:serviceaccount:kubechurn:webhook';
const options = { users: { alice: ['system:masters'], [account]: [] } } as const;
const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const secret = '/api/v1/namespaces/kubechurn/secrets/kubechurn-webhook-ca';

describeWith(programsFor(options), 'a webhook that issues its own certificates', () => {
  const scene = openScene('webhook-certificates');
  let world: ControlPlane;
  let kubeconfig: string;
  let ports: number[];

  beforeAll(async () => {
    world = await startControlPlane(options);
    await world.request('POST', '/api/v1/namespaces', { metadata: { name: 'kubechurn' } });
    await allow('Role', `${rbac}/namespaces/kubechurn`, [
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['kubechurn-webhook-ca'], verbs: ['get', 'update'] },
    ]);
    await allow('ClusterRole', rbac, [
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        resourceNames: ['kubechurn'],
        verbs: ['get', 'patch'],
      },
    ]);
    kubeconfig = join(scene.directory, 'kubeconfig');
    const cluster = { server: world.url, 'certificate-authority-data': Buffer.from(world.ca).toString('base64') };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: { token: world.tokenFor(account) } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'kubechurn' } }],
        'current-context': 'x',
      }),
    );
    ports = await freePorts(2);
  });
  afterAll(async () => {
    await scene.close();
    await world.stop();
  });

  const allow = async (kind: 'Role' | 'ClusterRole', path: string, rules: readonly object[]): Promise<void> => {
    const plural = `${kind.toLowerCase()}s`;
    await world.request('POST', `${path}/${plural}`, { metadata: { name: 'webhook' }, rules });
    await world.request('POST', `${path}/${plural.replace('roles', 'rolebindings')}`, {
      metadata: { name: 'webhook' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'webhook' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: account }],
    });
  };
  const start = (port: number, name: string): Running =>
    scene.start(
      process.execPath,
      [
        ...['--disable-warning=ExperimentalWarning', program, 'webhook', '--host', '127.0.0.1', '--port', String(port)],
        ...['--tls', 'auto', '--tls-names', '127.0.0.1', '--tls-reload', '100ms', '--linger', '1ms'],
        ...['--kubeconfig', kubeconfig],
      ],
      { name },
    );
  const serving = (one: Running) =>
    until('the webhook to serve', () => {
      if (one.ended()) throw new Error(`the webhook ended: ${one.lastWords()}`);
      return one.lastWords().includes('webhook serves');
    });
  const bundles = async (): Promise<Set<string>> => {
    const { webhooks } = await world.request('GET', `${configurations}/kubechurn`);
    return new Set(
      (webhooks as { clientConfig: { caBundle?: string } }[]).map(({ clientConfig }) => clientConfig.caBundle ?? ''),
    );
  };
  /** Whether it is called shows in the warning that flipping a field earns. */
  const warned = () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const name = `flipped-${randomUUID()}`;
    let [made, n] = [false, 0];
    return until('a warning', async () => {
      if (!made) await world.request('POST', path, { metadata: { name } });
      made = true;
      const body = { data: { n: String((n = 1 - n)) } };
      const { warnings } = await world.adminFetch(`${path}/${name}`, {
        method: 'PATCH',
        body,
        token: world.tokenFor('alice'),
      });
      return warnings.length > 0;
    });
  };

  it('is trusted by the API server, two replicas by one authority, with no right but to one Secret and one configuration', async () => {
    const replicas = ports.map((port, i) => start(port, `replica-${i}`));
    await Promise.all(replicas.map(serving));
    // As helm does: the configuration comes last.
    await world.request('POST', configurations, webhookConfiguration({ url: `https://127.0.0.1:${ports[0]}`, ca: '' }));
    await until('the authority to be published', async () => !(await bundles()).has(''));
    expect((await bundles()).size).toBe(1);
    await warned();
    const { data } = await world.request('GET', secret);
    expect([...(await bundles())]).toEqual([(data as Record<string, string>)['ca.crt']]);
  });

  it('writes nothing while nothing changes', async () => {
    const versions = async (): Promise<readonly string[]> => {
      const found = [await world.request('GET', secret), await world.request('GET', `${configurations}/kubechurn`)];
      return found.map(({ metadata }) => metadata.resourceVersion);
    };
    const before = await versions();
    await new Promise((resolve) => setTimeout(resolve, 500)); // five looks of either replica
    expect(await versions()).toEqual(before);
  });

  it('is published by several that start at the same moment', async () => {
    const api = openApi(loadConnection({ kubeconfig }));
    const publish = bundlePublisher(api, 'kubechurn');
    const said = await Promise.all(Array.from({ length: 4 }, () => publish(world.ca)));
    await api.close();
    expect(said).toContain(true);
    await until(
      'ours to be back',
      async () => (await bundles()).size === 1 && !(await bundles()).has(Buffer.from(world.ca).toString('base64')),
    );
  });

  it('leaves caBundle alone where the chart says that it is no longer ours', async () => {
    const other = Buffer.from(world.ca).toString('base64');
    const { webhooks } = await world.request('GET', `${configurations}/kubechurn`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the API server keeps it
    const hooks = webhooks as { clientConfig: object }[];
    const handed = (annotation: string | null, caBundle: string) => ({
      metadata: { annotations: { 'kubechurn.dev/ca-bundle': annotation } },
      webhooks: hooks.map((hook) => ({ ...hook, clientConfig: { ...hook.clientConfig, caBundle } })),
    });
    await world.request('PATCH', `${configurations}/kubechurn`, handed('existingSecret', other));
    // Whoever looks next makes another authority, and would publish that.
    await world.request('DELETE', secret);
    await until('another authority', async () => (await world.adminFetch(secret)).status === 200);
    await new Promise((resolve) => setTimeout(resolve, 300)); // three looks of either replica
    expect([...(await bundles())]).toEqual([other]);
    await world.request('PATCH', `${configurations}/kubechurn`, handed(null, other));
    await until('ours to be back', async () => !(await bundles()).has(other));
    expect(await warned()).toBe(true);
  });

  it('begins anew when the Secret is deleted, and is called again', async () => {
    const [before] = await bundles();
    await world.request('DELETE', secret);
    await until('another authority', async () => {
      const now = await bundles();
      return now.size === 1 && !now.has(before ?? '');
    });
    expect(await warned()).toBe(true);
  });

  it('trusts nothing of before once the Secret is emptied, as SECURITY.md tells to do with a stolen one', async () => {
    const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
    const [, patch = ''] = /patch secret kubechurn-webhook-ca --type=json -p '(.*)'/.exec(page) ?? [];
    const [before = ''] = await bundles();
    await world.request('PATCH', secret, JSON.parse(patch), { contentType: 'application/json-patch+json' });
    const now = await until('another authority, and no second one', async () => {
      const [bundle = '', ...more] = await bundles();
      return more.length === 0 && bundle !== '' && bundle !== before ? bundle : undefined;
    });
    expect(
      Buffer.from(now, 'base64')
        .toString()
        .match(/BEGIN CERTIFICATE/g),
    ).toHaveLength(1);
    expect(await warned()).toBe(true);
  });
});
