import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.ts';
import type { DecodedObject } from '../../src/model/object.ts';
import { builtins } from '../../src/objects/builtins.ts';
import { decodeObject } from '../../src/objects/decode.ts';
import { createIdentifier } from '../../src/objects/identify.ts';
import { parseKey } from '../../src/objects/keys.ts';
import { redact } from '../../src/objects/redact.ts';
import { connect, type StoredKey } from '../etcd/harness/client.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { manifests, type Manifest } from './objects/manifests.ts';

const options = { apiServerArgs: ['--runtime-config=api/all=true', '--feature-gates=AllAlpha=true,AllBeta=true'] };
const salt = 'test';

/** What the API server keeps for itself or refuses to create, and why no instance can be compared. */
const notServed: Readonly<Record<string, string>> = {
  '/componentstatuses': 'not stored: asked of the components',
  '/rangeallocations': 'bookkeeping of the API server; decoded, but there is no API to compare with',
  '/masterleases': 'bookkeeping of the API server; decoded, but there is no API to compare with',
  '/peerserverleases': 'bookkeeping of the API server; decoded, but there is no API to compare with',
  'policy/podsecuritypolicies': 'gone since 1.25',
  'settings.k8s.io/podpresets': 'gone since 1.20',
};

describeWith(programsFor(options), 'what a real API server stores', () => {
  let plane: ControlPlane;
  let stored: readonly StoredKey[] = [];
  const compared = new Set<string>();
  const refused: string[] = [];

  beforeAll(async () => {
    plane = await startControlPlane(options);
    for (const manifest of manifests) await create(manifest);
    const etcd = connect(plane.etcd.endpoint);
    stored = await etcd.list('/');
    etcd.close();
  }, 180_000);

  afterAll(() => plane?.stop());

  async function create({ path, object, status }: Manifest): Promise<void> {
    // A new CRD is served a moment after it was accepted.
    const answer = await until(`an answer from ${path}`, async () => {
      const got = await plane.adminFetch(path, { method: 'POST', body: object, fieldManager: 'objects-test' });
      return got.status === 404 && path.includes('example.com') ? undefined : got;
    });
    const { name } = object['metadata'] as { name: string };
    if (answer.status > 299) refused.push(`${path}: ${answer.status} ${messageOf(answer.text)}`);
    else if (status) await plane.request('PATCH', `${path}/${name}/status`, { status });
  }

  it('is decoded to what the API returns, for every object of every kind', async () => {
    const differing: unknown[] = [];
    for (const { key, value, modRevision } of stored) {
      const decoded = decodeObject(value, key, salt);
      const fromApi = await get(key, decoded);
      if (!fromApi) continue;
      const { resource } = parseKey(key);
      compared.add(`${resource?.group}/${resource?.resource}`);
      const expected = withoutResourceVersion(redact(fromApi, decoded.kind === 'Secret', salt), modRevision);
      try {
        // CustomResourceDefinitions are stored as v1beta1, which is no longer served: only their metadata compares.
        if (decoded.body['apiVersion'] === fromApi['apiVersion']) expect(decoded.body).toEqual(expected);
        else expect(decoded.body['metadata']).toEqual(expected['metadata']);
      } catch (error) {
        differing.push(`${key}\n${String(error)}`);
      }
    }
    expect(differing).toEqual([]);
  }, 120_000);

  it('covers every built-in kind; those that could not be created are named with the reason', () => {
    const missing = builtins
      .filter(({ group }) => group !== 'extensions' && group !== 'events.k8s.io')
      .map(({ group, resource }) => `${group}/${resource}`)
      .filter((id) => !compared.has(id) && notServed[id] === undefined);
    for (const [id, why] of Object.entries(notServed)) console.info(`NOT COMPARED with the API: ${id}: ${why}`);
    expect(refused).toEqual([]);
    expect(missing).toEqual([]);
  });

  it('keeps its own bookkeeping readable', () => {
    const own = stored.filter(({ key }) => /^\/registry\/(masterleases|peerserverleases|ranges)\//.test(key));
    expect(own.length).toBeGreaterThan(0);
    for (const { key, value } of own) expect(decodeObject(value, key, salt)).toMatchObject({ encoding: 'protobuf' });
  });

  it('is told apart by keys exactly as the API calls it', () => {
    const resources = stored.map(({ key }) => parseKey(key));
    expect(resources.filter(({ resource }) => resource === undefined)).toEqual([]);
    const event = stored.find(({ key }) => key.endsWith('/newer'))!;
    expect(parseKey(event.key)).toEqual({
      prefix: '/registry/events',
      resource: { group: '', resource: 'events', namespace: 'shop', name: 'newer' },
    });
  });

  it('is identified as it is decoded', () => {
    const identifier = createIdentifier();
    for (const { key, value } of stored) {
      const decoded = decodeObject(value, key, salt);
      const identity = identifier.identify(value, 0, value.length, parseKey(key).prefix);
      expect({ key, encoding: identity.encoding, about: withoutUid(identity.about) }).toEqual({
        key,
        encoding: decoded.encoding,
        about: withoutUid(decoded.about),
      });
    }
  });

  it('never shows the value of a Secret', () => {
    const secret = stored.find(({ key }) => key === '/registry/secrets/shop/one')!;
    const text = JSON.stringify(decodeObject(secret.value, secret.key, salt));
    expect(text).not.toContain(Buffer.from('never shown').toString('base64'));
    expect(text).toMatch(/"password":"redacted:[0-9a-f]{8}"/);
  });

  /** undefined for what no API serves. */
  async function get(key: string, decoded: DecodedObject): Promise<JsonObject | undefined> {
    const { resource } = parseKey(key);
    const { apiVersion } = decoded.body;
    if (!resource || typeof apiVersion !== 'string' || notServed[`${resource.group}/${resource.resource}`])
      return undefined;
    const root = apiVersion.includes('/') ? `/apis/${servedVersion(apiVersion)}` : `/api/${apiVersion}`;
    const place = resource.namespace === undefined ? '' : `/namespaces/${resource.namespace}`;
    const path = `${root}${place}/${resource.resource}/${encodeURIComponent(resource.name)}`;
    const { status, text } = await plane.adminFetch(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${messageOf(text)}`);
    const body: JsonObject = JSON.parse(text);
    return body;
  }
});

function servedVersion(apiVersion: string): string {
  return apiVersion === 'apiextensions.k8s.io/v1beta1' ? 'apiextensions.k8s.io/v1' : apiVersion;
}

/** The API server puts the etcd revision into each answer instead of storing it. */
function withoutResourceVersion(body: JsonObject, revision: number): JsonObject {
  const { resourceVersion, ...metadata } = body['metadata'] as JsonObject;
  expect(resourceVersion).toBe(String(revision));
  return { ...body, metadata };
}

function withoutUid<Ref extends { uid?: string }>(ref: Ref | undefined): Omit<Ref, 'uid'> | undefined {
  if (!ref) return undefined;
  const { uid: _, ...rest } = ref;
  return rest;
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return message ?? text;
  } catch {
    return text;
  }
}
