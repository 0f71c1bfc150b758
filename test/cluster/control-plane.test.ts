import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

jest.setTimeout(120_000); // for machines that are busy

const options = {
  controllerManager: true,
  kwok: true,
  audit: true,
  users: { 'system:serviceaccount:ops:writer': ['system:masters'] },
} as const;

const protobuf = Buffer.from('k8s\0');

describeWith(programsFor(options), 'a control plane', () => {
  let world: ControlPlane;
  beforeAll(async () => {
    world = await startControlPlane(options);
  });
  afterAll(() => world.stop());

  it('stores a ConfigMap as protobuf, at the revision that its resourceVersion names', async () => {
    const { metadata } = await world.request('POST', '/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'settings' },
      data: { a: '1' },
    });
    const stored = await world.etcd.client.get('/registry/configmaps/default/settings');
    expect(stored?.value.subarray(0, 4)).toEqual(protobuf);
    expect(stored?.modRevision).toBe(Number(metadata.resourceVersion));
  });

  it('lets the controller manager make a ReplicaSet and a Pod of a Deployment, and kwok run the Pod', async () => {
    await world.request('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } });
    await world.request('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('web'));
    expect((await world.etcd.client.get('/registry/deployments/default/web'))?.value.subarray(0, 4)).toEqual(protobuf);

    const replicaSet = await until(
      'a ReplicaSet',
      async () => (await world.etcd.client.list('/registry/replicasets/default/web-'))[0],
    );
    expect(replicaSet.value.subarray(0, 4)).toEqual(protobuf);
    await until('the Pod to run', async () => {
      const { items = [] } = await world.request(
        'GET',
        '/api/v1/namespaces/default/pods?fieldSelector=status.phase%3DRunning',
      );
      return items.length === 1;
    });
  });

  it('writes down who asked, with which program and under which field manager', async () => {
    const writer = 'system:serviceaccount:ops:writer';
    const { metadata } = await world.request(
      'PATCH',
      '/api/v1/namespaces/default/configmaps/settings',
      { data: { a: '2' } },
      { token: world.tokenFor(writer), fieldManager: 'ops-operator', userAgent: 'ops/1.0' },
    );
    expect(metadata['managedFields']).toContainEqual(expect.objectContaining({ manager: 'ops-operator' }));
    const patch = await until('the audit log to tell of it', () =>
      readFileSync(world.auditLogFile, 'utf8')
        .split('\n')
        .find((line) => line.includes('"verb":"patch"') && line.includes('"name":"settings"')),
    );
    expect(JSON.parse(patch)).toMatchObject({
      user: { username: writer },
      userAgent: 'ops/1.0',
      responseStatus: { code: 200 },
    });
  });

  it('refuses a token that it does not know, in an answer that can be read', async () => {
    expect((await world.adminFetch('/api/v1/namespaces', { token: 'unknown' })).status).toBe(401);
    await expect(world.request('GET', '/api/v1/namespaces/missing')).rejects.toThrow(/404.*not found/);
  });
});

function deployment(name: string) {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
}
