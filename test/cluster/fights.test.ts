import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.ts';
import type { ChurnReport } from '../../src/report/schema.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { triaged } from '../etcd/harness/triage-live.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { widgetDefinition } from './harness/widgets.ts';

jest.setTimeout(180_000); // for machines that are busy

const options = { controllerManager: true } as const;
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const core = '/api/v1/namespaces/default';
const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/apps.example.com/v1/namespaces/default/widgets';

const deployment = (name: string): JsonObject => ({
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:v1' }] },
    },
  },
});
const hook = (selector: JsonObject): JsonObject => ({
  webhooks: [
    {
      name: 'v.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      clientConfig: { url: 'https://127.0.0.1:1/' },
      namespaceSelector: { matchExpressions: [{ ...selector, operator: 'In', values: ['ever'] }] },
    },
  ],
});

/** An API server keeps its own managedFields, with stamps of one second, and writes nothing for what changes nothing. */
describeWith(programsFor(options), 'fights on a real API server, many turns a second', () => {
  let world: ControlPlane;
  let findings: ChurnReport['findings'];
  const of = (name: string): ChurnReport['findings'][number] | undefined =>
    findings.find(({ subject }) => subject.name === name);

  const create = (path: string, object: JsonObject, fieldManager = 'helm') =>
    world.request('POST', path, object, { fieldManager });
  const patch = (path: string, object: JsonObject, fieldManager: string) =>
    world.request('PATCH', path, object, { fieldManager });
  const apply = (path: string, kind: [string, string], object: JsonObject, fieldManager: string) =>
    world.request(
      'PATCH',
      `${path}?force=true`,
      { apiVersion: kind[0], kind: kind[1], ...object },
      { fieldManager, contentType: 'application/apply-patch+yaml' },
    );
  const turns = async (times: number, turn: (odd: boolean, i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < times; i++) await turn(i % 2 === 1, i);
  };
  const applied = (name: string, spec: JsonObject, manager: string) =>
    apply(`${deployments}/${name}`, ['apps/v1', 'Deployment'], { metadata: { name }, spec }, manager);

  beforeAll(async () => {
    world = await startControlPlane(options);
    for (const name of ['image', 'zero', 'scaled', 'contested', 'rolled', 'same'])
      await create(deployments, deployment(name));
    for (const name of ['fast', 'counter'])
      await create(`${core}/configmaps`, { metadata: { name }, data: { n: '0' } });
    await create(`${core}/services`, { metadata: { name: 'swept' }, spec: { ports: [{ port: 80 }] } });
    await create(webhooks, { metadata: { name: 'policies' }, ...hook({ key: 'never' }) }, 'kyverno');
    await create(definitions, widgetDefinition);
    await until('widgets to be served', async () => (await world.adminFetch(widgets)).status === 200);
    // Of an object that nobody owns a field of when it is made, an API server never keeps managedFields.
    await create(widgets, {
      apiVersion: 'apps.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'self' },
      spec: { size: 1 },
    });

    await Promise.all([
      turns(60, (odd) => patch(`${core}/configmaps/fast`, { data: { mode: odd ? 'a' : 'b' } }, odd ? 'one' : 'two')),
      turns(30, (odd) =>
        applied(
          'image',
          { template: { spec: { containers: [{ name: 'web', image: `registry.example/web:${odd ? 'v2' : 'v3'}` }] } } },
          odd ? 'flux' : 'image-updater',
        ),
      ),
      turns(30, (odd) => applied('zero', { minReadySeconds: odd ? 0 : 5 }, odd ? 'zeroer' : 'setter')),
      turns(30, (odd) =>
        odd
          ? patch(`${deployments}/contested/scale`, { spec: { replicas: 2 } }, 'kube-controller-manager')
          : applied('contested', { replicas: 0 }, 'argocd-controller'),
      ),
      turns(60, (odd) =>
        patch(
          `${core}/services/swept`,
          { metadata: { labels: { team: odd ? null : 'x' } } },
          odd ? 'sweeper' : 'labeler',
        ),
      ),
      turns(30, (odd) =>
        apply(
          `${webhooks}/policies`,
          ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
          { metadata: { name: 'policies' }, ...hook({ key: odd ? 'never' : 'ever' }) },
          odd ? 'kyverno' : 'admissionsenforcer',
        ),
      ),
      turns(120, (_, i) =>
        patch(
          `${widgets}/self/status`,
          { status: { phase: 'Ready', lastProbe: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString() } },
          'widget-operator',
        ),
      ),
      // None of these is to be named.
      turns(40, (odd) =>
        patch(`${deployments}/scaled/scale`, { spec: { replicas: odd ? 1 : 2 } }, 'kube-controller-manager'),
      ),
      turns(80, (odd, i) => patch(`${core}/configmaps/counter`, { data: { n: String(i + 1) } }, odd ? 'one' : 'two')),
      turns(10, (odd, i) =>
        applied(
          'rolled',
          { template: { spec: { containers: [{ name: 'web', image: `registry.example/web:r${i}` }] } } },
          odd ? 'ci' : 'cd',
        ),
      ),
      turns(40, () => applied('same', { replicas: 1 }, 'flux')),
    ]);
    ({
      report: { findings },
    } = await triaged({ etcd: world.etcd.endpoint }, { top: 100 }));
  });
  afterAll(() => world.stop());

  it('names each of them, and nobody else', () => {
    expect(findings.map(({ pattern, subject }) => `${pattern} ${subject.resource} ${subject.name}`).sort()).toEqual([
      'field-fight configmaps fast',
      'field-fight deployments image',
      'field-fight deployments zero',
      'field-fight services swept',
      'replicas-fight deployments contested',
      'status-self-trigger widgets self',
      'webhook-config-fight validatingwebhookconfigurations policies',
    ]);
  });

  it.each([
    ['fast', '/data/mode', ['one', 'two']],
    ['image', '/spec/template/spec/containers/name=web/image', ['flux', 'image-updater']],
    ['contested', '/spec/replicas', ['argocd-controller', 'kube-controller-manager']],
    [
      'policies',
      '/webhooks/name=v.example.com/namespaceSelector/matchExpressions/key=ever',
      ['admissionsenforcer', 'kyverno'],
    ],
    ['self', '/status/lastProbe', ['widget-operator']],
  ])('knows what is written of %s and by whom', (name, field, writers) => {
    expect(of(name)?.fields[0]).toBe(field);
    expect(
      of(name)
        ?.writers.map((writer) => writer.name)
        .sort(),
    ).toEqual(writers);
  });

  it('follows a field that one side applies as zero, so that it is stored as absent', () => {
    expect(of('zero')).toMatchObject({ fields: ['/spec/minReadySeconds'] });
    expect(of('zero')?.writers).toHaveLength(2);
  });

  it('says that whoever only removes leaves no name', () => {
    expect(of('swept')).toMatchObject({ writers: [{ name: 'labeler' }], evidence: { perhaps: 'helm' } });
    expect(of('swept')?.evidence['namelessRemovals']).toBeGreaterThan(20);
  });

  it('counts ReplicaSets to the Deployment they follow', () => {
    expect(of('image')?.consequences).toContainEqual({
      group: 'apps',
      resource: 'replicasets',
      writes: expect.any(Number),
    });
  });
});
