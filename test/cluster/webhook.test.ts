import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { StandingFinding } from '../../src/model/batch.ts';
import type { Json } from '../../src/model/json.ts';
import type { Request } from '../../src/model/request.ts';
import { metadataDigest } from '../../src/objects/metadata-digest.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { startStandIn, type StandIn } from './harness/analyzer-stand-in.ts';
import type { KubeObject } from './harness/api-client.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook } from './harness/webhook.ts';

jest.setTimeout(120_000); // for machines that are busy

const options = { users: { alice: ['system:masters'], bob: ['system:masters'] } } as const;
const configMaps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

describeWith(programsFor(options), 'the webhook of a real API server', () => {
  const scene = openScene('webhook');
  let world: ControlPlane;
  let analyzer: StandIn;
  const seen = (name: string): Request[] => analyzer.requests.filter(({ key }) => key.name === name);
  const seenAtLast = async (name: string, count = 1): Promise<Request[]> =>
    until(`${count} requests for ${name}`, () => seen(name).length >= count && seen(name));
  /** The API server asks on the version of its cache first, and again on the newer one: one version can be asked of twice. */
  const seenOn = async (
    { metadata }: { metadata: { name: string; resourceVersion: string } },
    of: Pick<Request, 'verb' | 'subresource'>,
  ): Promise<Request> =>
    until(`a request on ${metadata.name} ${metadata.resourceVersion}`, () =>
      seen(metadata.name).findLast(
        ({ basedOn, verb, subresource }) =>
          basedOn === Number(metadata.resourceVersion) && verb === of.verb && subresource === of.subresource,
      ),
    );

  beforeAll(async () => {
    world = await startControlPlane(options);
    analyzer = await startStandIn('a-token');
    const tokenFile = join(scene.directory, 'token');
    writeFileSync(tokenFile, 'a-token\n');
    const webhook = await startWebhook(scene, ['--analyzer', analyzer.url, '--token-file', tokenFile]);
    await register(world, webhook);
    await until('a request', async () => {
      await world.request('POST', configMaps, { metadata: { generateName: 'probe-' } });
      return analyzer.requests.length > 0;
    });
  });
  afterAll(async () => {
    await scene.close();
    await analyzer.close();
    await world.stop();
  });

  it('tells the analyzer who asked for what, on which version, and what the metadata would be', async () => {
    const as = { token: world.tokenFor('alice'), fieldManager: 'editor' };
    const made = await world.request('POST', configMaps, { metadata: { name: 'told' }, data: { a: '1' } }, as);
    const change = { metadata: { labels: { a: 'b' } }, data: { a: '2' } };
    const changed = await world.request('PATCH', `${configMaps}/told`, change, as);
    await world.request('DELETE', `${configMaps}/told`, undefined, as);

    const [create] = await seenAtLast('told');
    const update = await seenOn(made, { verb: 'update' });
    const remove = await seenOn(changed, { verb: 'delete' });
    const common = {
      key: { group: '', resource: 'configmaps', namespace: 'default', name: 'told' },
      uid: made.metadata.uid,
      user: 'alice',
      outcome: 'unknown',
    };
    expect(create).toMatchObject({ ...common, verb: 'create', fieldManager: 'editor' });
    expect(create?.basedOn).toBeUndefined();
    expect(update).toMatchObject(common);
    expect(remove).toMatchObject(common);
    expect(create?.metadataDigest).toBe(digestOf(made));
    expect(update.metadataDigest).toBe(digestOf(changed));
    expect(update.metadataDigest).not.toBe(create?.metadataDigest);
  });

  it('sees what is written through status, scale and finalizers, by the version it is based on', async () => {
    const made = await world.request('POST', deployments, deployment('web'));
    const scaled = await world.request('PATCH', `${deployments}/web/scale`, { spec: { replicas: 3 } });
    const status = await world.request('PATCH', `${deployments}/web/status`, { status: { replicas: 3 } });
    const held = await world.request('PATCH', `${deployments}/web`, { metadata: { finalizers: ['a.example/b'] } });

    const { uid } = made.metadata;
    expect(await seenOn(made, { verb: 'update', subresource: 'scale' })).toMatchObject({ uid });
    const byStatus = await seenOn(scaled, { verb: 'update', subresource: 'status' });
    expect(byStatus).toMatchObject({ uid, metadataDigest: digestOf(status) });
    expect(await seenOn(status, { verb: 'update' })).toMatchObject({ uid, metadataDigest: digestOf(held) });
  });

  it('names what the API server names itself', async () => {
    const made = await world.request('POST', configMaps, { metadata: { generateName: 'made-' } });
    const [create] = await seenAtLast(made.metadata.name);
    expect(create).toMatchObject({ verb: 'create', uid: made.metadata.uid });
  });

  it('names each item of a deletecollection', async () => {
    for (const name of ['one', 'two'])
      await world.request('POST', configMaps, { metadata: { name, labels: { go: 'yes' } } });
    await world.request('DELETE', `${configMaps}?labelSelector=go%3Dyes`);
    for (const name of ['one', 'two'])
      expect((await seenAtLast(name, 2)).map(({ verb }) => verb)).toEqual(['create', 'delete']);
  });

  it('counts nothing that was only tried', async () => {
    await world.request('POST', `${configMaps}?dryRun=All`, { metadata: { name: 'tried' } });
    await world.request('POST', configMaps, { metadata: { name: 'after-trying' } });
    await seenAtLast('after-trying');
    expect(seen('tried')).toEqual([]);
  });

  it('is never handed tokens, questions, bindings, evictions, leases, nodes or Secrets', async () => {
    const core = '/api/v1/namespaces/default';
    await world.request('POST', `${core}/serviceaccounts`, { metadata: { name: 'robot' } });
    await world.request('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } });
    await world.request('POST', `${core}/pods`, pod('bound'));
    const asked: readonly (readonly [string, object])[] = [
      ['/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'something' } }],
      ['/apis/authentication.k8s.io/v1/selfsubjectreviews', {}],
      ...['subjectaccessreviews', 'selfsubjectaccessreviews'].map(
        (kind) =>
          [
            `/apis/authorization.k8s.io/v1/${kind}`,
            { spec: { user: 'alice', resourceAttributes: { verb: 'get', resource: 'pods' } } },
          ] as const,
      ),
      ['/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'default' } }],
      [
        '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
        {
          metadata: { namespace: 'default' },
          spec: { user: 'alice', resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
        },
      ],
      [`${core}/serviceaccounts/robot/token`, { spec: { audiences: ['a'] } }],
      [`${core}/pods/bound/binding`, { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'node-1' } }],
      [`${core}/pods/bound/eviction`, { metadata: { name: 'bound' } }],
      [`${core}/secrets`, { metadata: { name: 'hidden' }, stringData: { password: 'x' } }],
      ['/apis/coordination.k8s.io/v1/namespaces/default/leases', { metadata: { name: 'held' } }],
    ];
    for (const [path, body] of asked) {
      const { status, text } = await world.adminFetch(path, { method: 'POST', body });
      expect(`${path} ${status < 300 ? 'done' : `${status} ${text}`}`).toBe(`${path} done`);
    }
    await world.request('POST', configMaps, { metadata: { name: 'after-asking' } });
    await seenAtLast('after-asking');

    const resources = analyzer.requests.map(({ key, subresource }) => `${key.resource}/${subresource ?? ''}`);
    expect(resources).toContain('serviceaccounts/');
    const handed = /review|token|binding|eviction|secrets|leases|nodes/;
    expect(resources.filter((name) => handed.test(name))).toEqual([]);
  });

  it('warns who writes an object that a finding stands on, a few times, and nobody else', async () => {
    const fought = finding({ type: 'object', group: '', resource: 'configmaps', namespace: 'default', name: 'fought' });
    await world.request('POST', configMaps, { metadata: { name: 'fought' }, data: { n: '0' } });
    analyzer.tell([fought]);
    const write = async (user: string, path = `${configMaps}/fought`) => {
      const body = { data: { n: String(Math.random()) } };
      const token = world.tokenFor(user);
      return (await world.adminFetch(path, { method: 'PATCH', body, token })).warnings;
    };
    const [warning = ''] = await until('a warning', async () => {
      const warnings = await write('alice');
      return warnings.length > 0 && warnings;
    });
    expect(warning).toBe(
      'kubechurn: /data/n of configmaps/fought is rewritten 43/min by argo/controller and bob (docs/patterns/field-fight)',
    );
    expect(await write('alice', `${configMaps}/after-asking`)).toEqual([]);

    for (let i = 0; i < 12; i++) await write('alice');
    expect(await write('alice')).toEqual([]);
    // Others still get theirs, also where they write something else: the finding names bob.
    expect(await write('bob', `${configMaps}/after-asking`)).toHaveLength(1);
  });
});

function finding(subject: StandingFinding['subject']): StandingFinding {
  return {
    pattern: 'field-fight',
    severity: 'warning',
    confidence: 'high',
    loop: true,
    subject,
    writers: ['system:serviceaccount:argo:controller', 'bob'].map((name) => ({
      name,
      kind: 'user',
      confidence: 'high',
    })),
    fields: ['/data/n'],
    perMinute: 43.2,
    remedy: 'give the field one owner',
    since: 0,
  };
}

/** As a metadata-only watch would see it. */
function digestOf({ metadata }: KubeObject): number {
  return metadataDigest(metadata as Record<string, Json>);
}

function deployment(name: string) {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: pod(name) },
  };
}

function pod(name: string) {
  return { metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'a', image: 'a.example/a' }] } };
}
