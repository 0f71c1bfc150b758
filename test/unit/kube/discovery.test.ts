import { describe, expect, it } from '@jest/globals';
import { ApiFailure } from '../../../src/kube/api.ts';
import { discoverResources, idOfResource } from '../../../src/kube/discovery.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';

const group = (name: string, ...resources: string[]): JsonObject => ({
  metadata: { name },
  versions: [
    {
      version: 'v1',
      resources: resources.map((resource) => ({
        ...{ resource, responseKind: { kind: resource }, scope: 'Namespaced', verbs: ['list', 'watch'] },
      })),
    },
  ],
});
const listOf = (...items: readonly Json[]): JsonObject => ({ items });
const named = (name: string): JsonObject => ({ metadata: { name } });
const service = (of: string, backend: boolean): JsonObject => ({
  spec: { group: of, version: 'v1', ...(backend && { service: { name: 'apart' } }) },
  status: { conditions: [{ type: 'Available', status: 'True' }] },
});

const forbidden = new ApiFailure(403, 'forbidden');
const served = {
  '/api': listOf(group('', 'pods')),
  '/apis': listOf(group('apps', 'deployments'), group('kyverno.io', 'policies'), group('reports.io', 'reports')),
  '/apis/apiregistration.k8s.io/v1/apiservices': listOf(service('apps', false), service('reports.io', true)),
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': listOf(named('policies.kyverno.io')),
};
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Of an API server that answers as it must, but for what is given: there it fails. */
async function discovered(failures: Readonly<Record<string, ApiFailure>> = {}) {
  const answers = new Map<string, JsonObject>(Object.entries(served));
  const { resources, notSeen } = await discoverResources({
    call: (path) => (failures[path] ? Promise.reject(failures[path]) : Promise.resolve(answers.get(path) ?? listOf())),
  });
  return { watched: resources.map(idOfResource), notSeen };
}

describe('what there is to watch', () => {
  it('leaves out what an API server of its own serves, and says so', async () => {
    expect(await discovered()).toEqual({
      watched: ['pods.', 'deployments.apps', 'policies.kyverno.io'],
      notSeen: [
        'reports.io is served by an API server of its own, which keeps its objects elsewhere than in this etcd',
      ],
    });
  });

  it('is not known while the list of apiservices fails, and is asked for again', async () => {
    await expect(discovered({ [services]: new ApiFailure(500, 'etcdserver: request timed out') })).rejects.toThrow(
      'request timed out',
    );
    await expect(discovered({ [services]: new ApiFailure(0, 'connect ECONNREFUSED') })).rejects.toThrow('ECONNREFUSED');
  });

  it('is, for who may not list apiservices, what is built in and what CustomResourceDefinitions name', async () => {
    expect(await discovered({ [services]: forbidden })).toEqual({
      watched: ['pods.', 'deployments.apps', 'policies.kyverno.io'],
      notSeen: [
        'reports.io (reports) is not watched: without the right to list apiservices it cannot be told whether this etcd keeps it',
      ],
    });
  });

  it('is what is built in where CustomResourceDefinitions may not be listed either', async () => {
    const { watched, notSeen } = await discovered({ [services]: forbidden, [definitions]: forbidden });
    expect(watched).toEqual(['pods.', 'deployments.apps']);
    expect(notSeen).toEqual([
      expect.stringMatching(/^kyverno\.io \(policies\) is not watched: /),
      expect.stringMatching(/^reports\.io \(reports\) is not watched: /),
    ]);
  });

  it('is not known while neither apiservices may be listed nor definitions are told', async () => {
    const slow = new ApiFailure(504, 'too slow');
    await expect(discovered({ [services]: forbidden, [definitions]: slow })).rejects.toThrow('too slow');
  });

  it('is all that is served where there are no apiservices at all', async () => {
    const { watched, notSeen } = await discovered({ [services]: new ApiFailure(404, 'not found') });
    expect(watched).toContain('reports.reports.io');
    expect(notSeen).toEqual([]);
  });
});
