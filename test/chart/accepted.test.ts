import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { issueAuthority } from '../../src/server/tls/issue.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { inCi, namespace, objectsIn, objectsOf, template, valuesFiles, type Rendered } from './harness/helm.ts';
import { schemasOf } from './harness/json-schemas.ts';
import { kubeconform } from './harness/kubeconform.ts';
import { operatorSchemas } from './harness/operator-schemas.ts';
import { podOf } from './harness/pods.ts';
import { emptyQueries } from './harness/promtool.ts';

jest.setTimeout(240_000); // for machines that are busy

const manifests = fileURLToPath(new URL('../../manifests', import.meta.url));
const alerts = fileURLToPath(new URL('../../chart/files/alerts.yaml', import.meta.url));

/** Operators' kinds, whose definitions are theirs: this API server does not know them. */
const operators = /^(cert-manager\.io|monitoring\.coreos\.com)\//;

describeWith([...programsFor({}), 'helm', 'promtool'], 'a real API server shown what the chart renders', () => {
  let world: ControlPlane;
  const plurals = new Map<string, { resource: string; namespaced: boolean }>();

  const pathOf = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

  async function pluralOf(apiVersion: string, kind: string): Promise<{ resource: string; namespaced: boolean }> {
    const id = `${apiVersion} ${kind}`;
    if (!plurals.has(id)) {
      const { text } = await world.adminFetch(pathOf(apiVersion));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an APIResourceList
      const { resources } = JSON.parse(text) as { resources: { name: string; kind: string; namespaced: boolean }[] };
      for (const { name, kind: each, namespaced } of resources)
        if (!name.includes('/')) plurals.set(`${apiVersion} ${each}`, { resource: name, namespaced });
    }
    const found = plurals.get(id);
    if (!found) throw new Error(`this API server has no ${id}`);
    return found;
  }

  /** What it says to creating the object, nothing of which is kept; '' where it takes it without a word. */
  async function said(object: Rendered): Promise<string> {
    const { resource, namespaced } = await pluralOf(object.apiVersion, object.kind);
    const place = namespaced ? `/namespaces/${object.metadata.namespace ?? ''}` : '';
    const path = `${pathOf(object.apiVersion)}${place}/${resource}?dryRun=All&fieldValidation=Strict`;
    const { status, text, warnings } = await world.adminFetch(path, { method: 'POST', body: object });
    return [...(status === 201 ? [] : [text]), ...warnings].join('; ');
  }

  beforeAll(async () => {
    world = await startControlPlane();
    const levels = { [namespace]: 'restricted', 'kubechurn-maintenance': 'privileged', 'etcd-maintenance': 'privileged' };
    for (const [name, level] of Object.entries({ ...levels, 'team-a': 'restricted', 'team-b': 'restricted' }))
      await world.request('POST', '/api/v1/namespaces', {
        metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
      });
  });
  afterAll(() => world.stop());

  it.each(valuesFiles)('takes every object without a warning, with %s', async (file) => {
    const objects = objectsOf(inCi(file)).filter(
      ({ apiVersion, metadata: { name } }) => !operators.test(apiVersion) && name !== 'kubechurn-maintenance',
    );
    expect(objects.length).toBeGreaterThan(5);
    const answers = await Promise.all(objects.map(async (object) => `${object.kind} ${object.metadata.name}: ${await said(object)}`));
    expect(answers.filter((answer) => !answer.endsWith(': '))).toEqual(
      file === 'host-network-values.yaml'
        ? ['Deployment kubechurn-webhook: would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true)']
        : [],
    );
  });

  it.each(valuesFiles)('admits every pod to its namespace, restricted but for the keys of a node, with %s', async (file) => {
    for (const object of objectsOf(inCi(file))) {
      const rendered = podOf(object);
      // The node's own network is what the restricted standard is against.
      if (!rendered || file === 'host-network-values.yaml') continue;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', namespace: object.metadata.namespace ?? '' },
        spec: { ...rendered.spec, restartPolicy: 'Never' },
      };
      expect(`${object.metadata.name}: ${await said(pod)}`).toBe(`${object.metadata.name}: `);
    }
  });

  it.each(readdirSync(manifests))('takes every object of manifests/%s', async (file) => {
    const objects = objectsIn(readFileSync(`${manifests}/${file}`, 'utf8')).filter(({ kind }) => kind !== 'Namespace');
    const answers = await Promise.all(objects.map(async (object) => `${object.metadata.name}: ${await said(object)}`));
    expect(answers.filter((answer) => !answer.endsWith(': '))).toEqual([]);
  });

describeWith(['kubeconform'], 'kubeconform, by the schemas that this API server publishes, and minimal ones of our own for the kinds of operators', () => {
  const schemas = mkdtempSync(join(tmpdir(), 'kubechurn-schemas-'));

  beforeAll(async () => {
    const { text } = await world.adminFetch('/openapi/v2');
    for (const { file, schema } of [...schemasOf(JSON.parse(text)), ...operatorSchemas])
      writeFileSync(join(schemas, file), JSON.stringify(schema));
  });
  afterAll(() => rmSync(schemas, { recursive: true }));

  it.each(valuesFiles)('finds every object valid, none skipped, with %s', (file) => {
    const { valid, others } = kubeconform(template(inCi(file)).stdout, schemas);
    expect(others).toEqual([]);
    expect(valid).toBe(objectsOf(inCi(file)).length);
  });

  it.each(readdirSync(manifests))('finds every object of manifests/%s valid', (file) => {
    const { valid, others } = kubeconform(readFileSync(`${manifests}/${file}`, 'utf8'), schemas);
    expect(others).toEqual([]);
    expect(valid).toBeGreaterThan(5);
  });

  it('would find a field that nobody knows, a wrong type, and a kind without a schema', () => {
    const { stdout } = template(inCi('everything-values.yaml'));
    const broken = stdout
      .replace('replicas: ', 'replica: ')
      .replace('matchPolicy: Equivalent', 'matchPolicy: [Equivalent]')
      .replace('kind: ServiceMonitor', 'kind: ServiceMonitors');
    expect(kubeconform(broken, schemas).others.sort()).toEqual([
      expect.stringMatching(/^Deployment .*statusInvalid.*replica/),
      expect.stringMatching(/^ServiceMonitors .*statusError.*could not find schema/),
      expect.stringMatching(/^ValidatingWebhookConfiguration .*statusInvalid.*matchPolicy/),
    ]);
  });
});

  // Last, because from then on this API server asks webhooks that nobody serves.
  it('lets the account of the webhook change caBundle of its configuration and nothing else', async () => {
    const kinds = new Set(['ClusterRole', 'ClusterRoleBinding', 'ValidatingWebhookConfiguration']);
    const rendered = objectsOf(inCi('default-values.yaml'));
    const put = async (object: Rendered): Promise<void> => {
      const { resource } = await pluralOf(object.apiVersion, object.kind);
      await world.request('POST', `${pathOf(object.apiVersion)}/${resource}`, object);
    };
    for (const object of rendered.filter(({ kind }) => kinds.has(kind))) await put(object);
    const path = `${pathOf('admissionregistration.k8s.io/v1')}/validatingwebhookconfigurations/kubechurn`;
    const asWebhook = { contentType: 'application/json-patch+json', impersonate: `system:serviceaccount:${namespace}:kubechurn-webhook` };
    const patched = async (field: string, value: unknown, op = 'add') => {
      const body = [{ op, path: field, value }];
      return world.adminFetch(`${path}?dryRun=All`, { method: 'PATCH', body, ...asWebhook });
    };
    const elsewhere = ['/webhooks/0/clientConfig', { url: 'https://elsewhere.example' }] as const;
    // RBAC alone would let it.
    expect((await patched(...elsewhere)).status).toBe(200);

    for (const object of rendered.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'))) await put(object);
    await until('the policy to hold', async () => (await patched(...elsewhere)).status === 422);
    const tampering: readonly (readonly [field: string, value: unknown, op?: string])[] = [
      elsewhere,
      ['/webhooks/0/clientConfig/service/namespace', 'team-a'],
      ['/webhooks/0/clientConfig/service/path', '/other'],
      ['/webhooks/0/name', 'other.kubechurn.dev'],
      ['/webhooks/1', undefined, 'remove'],
      ['/webhooks/0/rules/0/operations', ['*']],
      ['/webhooks/0/failurePolicy', 'Fail'],
      ['/webhooks/0/matchPolicy', 'Exact'],
      ['/webhooks/0/namespaceSelector', {}],
      ['/webhooks/0/objectSelector', { matchLabels: { a: 'b' } }],
      ['/webhooks/0/timeoutSeconds', 30],
      ['/webhooks/0/admissionReviewVersions', ['v1', 'v1beta1']],
      ['/webhooks/0/sideEffects', 'NoneOnDryRun'],
      ['/webhooks/0/matchConditions', undefined, 'remove'],
      ['/metadata/labels/kubechurn.dev~1throttle', 'off'],
    ];
    for (const [field, value, op] of tampering) {
      const { status, text } = await patched(field, value, op);
      expect(`${field} ${status} ${text}`).toMatch(/ 422 .*the webhook may change caBundle of its configuration, and not /);
    }
    const authority = Buffer.from((await issueAuthority('test', new Date())).certificate).toString('base64');
    expect((await patched('/webhooks/0/clientConfig/caBundle', authority)).status).toBe(200);
    // Nobody else is held to it.
    const body = [{ op: 'add', path: '/webhooks/0/failurePolicy', value: 'Fail' }];
    const { contentType } = asWebhook;
    expect((await world.adminFetch(`${path}?dryRun=All`, { method: 'PATCH', body, contentType })).status).toBe(200);
  });

  it('counts a webhook that does not answer as KubechurnWebhookFailing asks, under either failurePolicy', async () => {
    const write = async (): Promise<number> =>
      (await world.adminFetch('/api/v1/namespaces/team-a/configmaps', { method: 'POST', body: { metadata: { generateName: 'a-' } } })).status;
    await until('a write to go on without it', async () => (await write()) === 201);
    const path = `${pathOf('admissionregistration.k8s.io/v1')}/validatingwebhookconfigurations/kubechurn`;
    const body = [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Fail' }];
    await world.adminFetch(path, { method: 'PATCH', body, contentType: 'application/json-patch+json' });
    await until('a write to be refused', async () => (await write()) === 500);
    const { text } = await world.adminFetch('/metrics');
    const ofWebhooks = text.match(/^.*\bapiserver_admission_webhook_\w+_count\b.*$/gm)?.join('\n') ?? '';
    const [, expr = ''] = /alert: KubechurnWebhookFailing\n +expr: \|-\n([^]*?)\n +for:/.exec(readFileSync(alerts, 'utf8')) ?? [];
    const queries = expr.split(/^ +or /m);
    expect(queries).toHaveLength(2);
    expect(emptyQueries(queries, [ofWebhooks])).toEqual([]);
  });
});
