import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { inCi, namespace, objectsIn, objectsOf, valuesFiles, type Rendered } from './harness/helm.ts';
import { podOf } from './harness/pods.ts';

jest.setTimeout(240_000); // for machines that are busy

const manifests = fileURLToPath(new URL('../../manifests', import.meta.url));

/** Operators' kinds, whose definitions are theirs: this API server does not know them. */
const operators = /^(cert-manager\.io|monitoring\.coreos\.com)\//;

describeWith([...programsFor({}), 'helm'], 'a real API server shown what the chart renders', () => {
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
      const template = podOf(object);
      // The node's own network is what the restricted standard is against.
      if (!template || file === 'host-network-values.yaml') continue;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', namespace: object.metadata.namespace ?? '' },
        spec: { ...template.spec, restartPolicy: 'Never' },
      };
      expect(`${object.metadata.name}: ${await said(pod)}`).toBe(`${object.metadata.name}: `);
    }
  });

  it.each(readdirSync(manifests))('takes every object of manifests/%s', async (file) => {
    const objects = objectsIn(readFileSync(`${manifests}/${file}`, 'utf8')).filter(({ kind }) => kind !== 'Namespace');
    const answers = await Promise.all(objects.map(async (object) => `${object.metadata.name}: ${await said(object)}`));
    expect(answers.filter((answer) => !answer.endsWith(': '))).toEqual([]);
  });
});
