import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rollUp } from '../../../src/causes/roll-up.ts';
import type { AboutCount, AboutEdge } from '../../../src/model/analysis.ts';
import type { ObjectRef } from '../../../src/model/resource.ts';

const ref = (kind: string, name: string): ObjectRef => ({
  group: kind === 'Pod' ? '' : 'apps',
  kind,
  namespace: 'shop',
  name,
});
const web = ref('Deployment', 'web');
const webSet = ref('ReplicaSet', 'web-1');
const pod = ref('Pod', 'web-1-a');

const about = (target: ObjectRef, prefix: string, writes: number, names = 1): AboutCount => {
  const counts = { writes, creates: names, deletes: 0, bytes: writes * 100, names };
  return { about: target, ...counts, byPrefix: [{ prefix, ...counts }] };
};

describe('rolling up causes', () => {
  const abouts = [
    about(web, '/registry/replicasets', 10),
    about(webSet, '/registry/pods', 40, 5),
    about(pod, '/registry/events', 200, 20),
  ];
  const edges: AboutEdge[] = [
    { from: webSet, to: web },
    { from: pod, to: webSet },
  ];

  it('counts an event to its pod, the ReplicaSet and the Deployment', () => {
    const causes = rollUp({ abouts, edges });
    expect(causes.consequencesOf(web).map(({ prefix, writes }) => [prefix, writes])).toEqual([
      ['/registry/events', 200],
      ['/registry/pods', 40],
      ['/registry/replicasets', 10],
    ]);
    expect(causes.ancestors(pod)).toEqual([webSet, web]);
  });

  it('lists owners by all they set off, each key once', () => {
    expect(
      rollUp({ abouts, edges })
        .ownersOf()
        .map(({ owner, writes, names }) => [owner.kind, writes, names]),
    ).toEqual([
      ['Deployment', 250, 26],
      ['ReplicaSet', 240, 25],
      ['Pod', 200, 20],
    ]);
  });

  it('cuts a circle of owners', () => {
    const causes = rollUp({ abouts, edges: [...edges, { from: web, to: pod }] });
    expect(causes.consequencesOf(web).reduce((sum, { writes }) => sum + writes, 0)).toBe(250);
    expect(causes.ancestors(web)).toEqual([]);
  });

  it('never counts more under any owner than there is, whatever the edges', () => {
    const someRef = fc.constantFrom('a', 'b', 'c', 'd', 'e').map((name) => ref('Widget', name));
    const someEdges = fc.array(fc.record({ from: someRef, to: someRef }), { maxLength: 12 });
    const someAbouts = fc.array(fc.tuple(someRef, fc.nat(50)), { maxLength: 10 });
    fc.assert(
      fc.property(someEdges, someAbouts, (links, counts) => {
        const all = counts.map(([target, writes]) => about(target, '/registry/events', writes));
        const total = all.reduce((sum, { writes }) => sum + writes, 0);
        for (const owner of rollUp({ abouts: all, edges: links }).ownersOf())
          expect(owner.writes).toBeLessThanOrEqual(total);
      }),
    );
  });
});
