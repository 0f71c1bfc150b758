import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { changedPaths } from '../../../src/objects/changed-paths.ts';
import { digests } from '../../../src/objects/digests.ts';
import { anyObject } from './arbitrary.ts';

const paths = (before: JsonObject, after: JsonObject) => changedPaths(before, after).map(({ path }) => path);

describe('the paths that changed', () => {
  it('name containers, conditions and ports by their merge key', () => {
    const pod = (image: string, ready: string): JsonObject => ({
      spec: {
        containers: [
          { name: 'side', image: 'x' },
          { name: 'web', image, ports: [{ containerPort: 80, hostPort: image.length }] },
        ],
      },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    });
    expect(paths(pod('a', 'True'), pod('bb', 'False'))).toEqual([
      '/spec/containers/name=web/image',
      '/spec/containers/name=web/ports/containerPort=80/hostPort',
      '/status/conditions/type=Ready/status',
    ]);
  });

  it('leave out what moves with every write', () => {
    const at = (n: number): JsonObject => ({
      metadata: { name: 'x', resourceVersion: `${n}`, generation: n, managedFields: [{ time: `${n}` }] },
    });
    expect(changedPaths(at(1), at(2))).toEqual([]);
  });

  it('escape the names of annotations as RFC 6901 asks', () => {
    const seen = (value: string): JsonObject => ({ metadata: { annotations: { 'example.com/se~en': value } } });
    expect(changedPaths(seen('a'), seen('b'))).toEqual([
      { path: '/metadata/annotations/example.com~1se~0en', before: 'a', after: 'b' },
    ]);
  });

  it('stay the same whether the map around a field was there before or not', () => {
    const bare: JsonObject = { metadata: { name: 'x' } };
    const noted: JsonObject = { metadata: { name: 'x', annotations: { a: '1' } } };
    expect(changedPaths(bare, noted)).toEqual([{ path: '/metadata/annotations/a', before: undefined, after: '1' }]);
    expect(changedPaths(noted, bare)).toEqual([{ path: '/metadata/annotations/a', before: '1', after: undefined }]);
  });

  it('show an item that came or went as a whole', () => {
    const list = (...names: string[]): JsonObject => ({
      spec: { volumes: names.map((name) => ({ name, emptyDir: {} })) },
    });
    expect(changedPaths(list('a'), list('a', 'b'))).toEqual([
      { path: '/spec/volumes/name=b', before: undefined, after: { name: 'b', emptyDir: {} } },
    ]);
  });

  it('tell a list that was only reordered from one with other items', () => {
    const results = (...policies: string[]): JsonObject => ({
      results: policies.map((policy) => ({ policy, rule: 'r', result: 'fail' })),
    });
    const addresses = (...values: string[]): JsonObject => ({ addresses: values });
    expect(changedPaths(results('a', 'b'), results('b', 'a'))).toMatchObject([{ path: '/results', reordered: true }]);
    expect(changedPaths(addresses('a', 'b'), addresses('b', 'a'))).toMatchObject([
      { path: '/addresses', reordered: true },
    ]);
    expect(changedPaths(addresses('a', 'b'), addresses('b', 'c'))[0]?.reordered).toBeUndefined();
  });

  it('find the results of a policy report by policy and rule, with or without a rule', () => {
    const report = (seconds: number): JsonObject => ({
      results: [
        { policy: 'p', rule: 'a', timestamp: { seconds, nanos: 0 } },
        { policy: 'p', rule: 'b', timestamp: { seconds: 1, nanos: 0 } },
        { policy: 'cel', timestamp: { seconds: 1, nanos: 0 } },
      ],
    });
    expect(paths(report(1_700_000_000), report(1_700_000_060))).toEqual(['/results/policy=p,rule=a/timestamp/seconds']);
  });

  it('number the items that nothing tells apart, and name those of a set', () => {
    expect(paths({ args: ['a', 'a', 'b'] }, { args: ['a', 'a', 'c'] })).toEqual(['/args/#2']);
    expect(paths({ finalizers: ['a/x'] }, { finalizers: ['b/y', 'a/x'] })).toEqual(['/finalizers/=b~1y']);
  });

  it('are not misled by names that every JavaScript object has', () => {
    expect(paths({ data: {} }, { data: { constructor: 'x' } })).toEqual(['/data/constructor']);
  });

  it('are none exactly when the digest of what is said is equal', () => {
    fc.assert(
      fc.property(anyObject, anyObject, (one, other) => {
        expect(changedPaths(one, other).length === 0).toBe(digests(one).h1 === digests(other).h1);
        expect(changedPaths(one, structuredClone(one))).toEqual([]);
      }),
    );
  });
});

/** An object in which nothing but the value at a path stands; list items by key. */
function holding(path: string, value: Json): JsonObject {
  const [segment = '', ...rest] = path.slice(1).split('/');
  const name = segment.replaceAll('~1', '/');
  const inner = rest.length === 0 ? value : holding(`/${rest.join('/')}`, value);
  const [next = ''] = rest;
  if (!next.includes('=')) return { [name]: inner };
  const keys = Object.fromEntries(
    next.split(',').map((key): [string, string] => [key.split('=')[0]!, key.split('=')[1]!]),
  );
  return { [name]: [{ ...keys, ...(Object.values(inner as JsonObject)[0] as JsonObject) }] };
}

function changeOf(path: string, value: Json) {
  const other = typeof value === 'number' ? value + 1 : 'something else';
  return changedPaths(holding(path, other), holding(path, value));
}

describe('a path to a moment', () => {
  it.each([
    ['/status/conditions/type=Ready/lastHeartbeatTime', '2026-01-02T03:04:05Z'],
    ['/status/anything', '2026-01-02T03:04:05.123456Z'],
    ['/metadata/annotations/example.com~1seen', '2026-01-02T03:04:05+02:00'],
    ['/spec/renewTime', '2026-01-02T03:04:05.000000Z'],
    ['/results/policy=p,rule=r/timestamp/seconds', 1_795_261_163],
    ['/results/policy=p,rule=r/timestamp/nanos', 0],
    ['/status/observedGeneration', 7],
    ['/status/reconciledAt', '2026-01-02 03:04:05.6 +0000 UTC'],
  ])('%s', (path, value) => {
    expect(changeOf(path, value)).toMatchObject([{ path, timestamp: true }]);
  });

  it.each([
    ['/status/count', 1_795_261_163],
    ['/status/phase', 'Running'],
    ['/spec/replicas', 3],
    ['/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt', '2026-01-02T03:04:05Z'],
    ['/metadata/deletionTimestamp', '2026-01-02T03:04:05Z'],
    ['/metadata/labels/day', '2026-01-02T03:04:05Z'],
    ['/spec/notBefore', 'tomorrow'],
  ])('is not %s', (path, value) => {
    expect(changeOf(path, value)).toEqual([{ path, before: expect.anything(), after: value }]);
  });
});
