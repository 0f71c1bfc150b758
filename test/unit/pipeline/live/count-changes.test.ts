import { describe, expect, it } from '@jest/globals';
import type { WatchableResource } from '../../../../src/kube/discovery.ts';
import { objectFrom } from '../../../../src/kube/watch-frames.ts';
import { createChangeCounter } from '../../../../src/pipeline/live/count-changes.ts';
import { createCoverage } from '../../../../src/pipeline/live/coverage.ts';
import { createDay } from '../../../../src/pipeline/live/day.ts';
import { createGaps } from '../../../../src/pipeline/live/gaps.ts';
import { createKnownObjects } from '../../../../src/pipeline/live/known-objects.ts';
import { createRecent } from '../../../../src/pipeline/live/recent.ts';
import { createRequestJoin } from '../../../../src/pipeline/live/request-join.ts';
import { createResourceStates } from '../../../../src/pipeline/live/resource-state.ts';
import { createSamples } from '../../../../src/pipeline/live/samples.ts';
import { createWindow } from '../../../../src/pipeline/live/window.ts';

const resource = (plural: string, kind: string, version = 'v1', group = ''): WatchableResource => ({
  ...{ group, version, resource: plural, kind, namespaced: true },
});
const configMaps = resource('configmaps', 'ConfigMap');
const events = resource('events', 'Event');
const pods = resource('pods', 'Pod');

const object = (name: string, revision: number) =>
  objectFrom({ metadata: { name, namespace: 'team-a', uid: `uid-${name}`, resourceVersion: String(revision) } });

/** A counter of its own, and what it counts into. */
function counting() {
  const states = createResourceStates();
  const coverage = createCoverage();
  const counter = createChangeCounter(
    {
      ...{ states, coverage, known: createKnownObjects(1), window: createWindow(1, { halfMs: 1e9, keys: 1_000 }, 0) },
      ...{ day: createDay(0), samples: createSamples(1, 'salt'), recent: createRecent(0), join: createRequestJoin() },
      gaps: createGaps(),
    },
    () => 1_000,
  );
  /** A first list, with one object written at each of the revisions. */
  const list = (of: WatchableResource, revision: number, ...written: number[]): void => {
    counter.onListing(of);
    for (const each of written) counter.onListed(of, object(`listed-${each}`, each));
    counter.onListEnd(of, revision);
  };
  const change = (of: WatchableResource, ...revisions: number[]): void => {
    for (const revision of revisions) counter.onChange(of, 'MODIFIED', object('counted', revision));
  };
  const writes = () =>
    Object.fromEntries([...states.all.values()].map((state) => [state.resource.resource, state.writes]));
  return { counter, states, coverage, list, change, writes };
}

describe('counting changes of resources that are kept in two etcds', () => {
  it.each([
    ['far ahead', 90_000_000],
    ['far behind', 50_000],
  ])('counts both, and covers the revisions of the one that keeps namespaces, with Events %s', (_, eventsAt) => {
    const { counter, states, coverage, list, change, writes } = counting();
    counter.onResources([configMaps, pods, events], [], 1_000_000);
    list(configMaps, 1_000_001);
    list(pods, 1_000_002);
    list(events, eventsAt);
    change(events, eventsAt + 1); // comes while it is held back
    counter.begin(1_000_003);
    change(configMaps, 1_000_004, 1_000_005);
    change(events, eventsAt + 2, eventsAt + 3);
    counter.onReached(events, eventsAt + 1_000);
    expect(writes()).toEqual({ configmaps: 2, pods: 0, events: 3 });
    expect(coverage.from).toBe(1_000_002);
    expect(coverage.to).toBe(1_000_005);
    expect(coverage.between(0, coverage.to)).toEqual({ counted: 2, growth: 3 });
    expect(coverage.isEtcd).toBe(true);
    expect(states.notSeen()).toEqual([expect.stringMatching(/^events: kept in an etcd of its own/)]);
  });

  it('takes a store in which each resource has numbers of its own for no etcd', () => {
    const { counter, coverage, list } = counting();
    counter.onResources([configMaps, pods, events], [], 500);
    list(configMaps, 7);
    list(pods, 90);
    list(events, 510);
    counter.begin(520);
    expect(coverage.isEtcd).toBe(false);
  });

  it('takes all for one etcd where nobody may ask how far it is', () => {
    const { counter, coverage, list, change, writes } = counting();
    counter.onResources([configMaps, pods], [], undefined);
    list(configMaps, 100);
    list(pods, 90);
    counter.begin(undefined);
    change(pods, 95, 101);
    expect(coverage.from).toBe(100);
    expect(writes()).toEqual({ configmaps: 0, pods: 1 });
  });
});

describe('the beginning of counting', () => {
  it('waits for every first list, and with patience at its end for one', () => {
    const { counter, list, writes, change } = counting();
    expect([counter.isReady(true), counter.isReady(false)]).toEqual([false, false]);
    counter.onResources([configMaps, pods], [], 90);
    expect([counter.isReady(true), counter.isReady(false)]).toEqual([false, false]);
    list(configMaps, 100, 50, 60);
    expect([counter.isReady(true), counter.isReady(false)]).toEqual([false, true]);
    counter.begin(100);
    // Its first list comes late: what was there before counting began is no write, what is newer is one.
    list(pods, 120, 80, 110);
    expect(counter.isReady(true)).toBe(true);
    counter.begin(120);
    change(pods, 121);
    expect(writes()).toEqual({ configmaps: 0, pods: 2 });
    expect(counter.isReady(false)).toBe(false);
  });

  it('is where the etcd is when nothing may be watched', () => {
    const { counter, coverage } = counting();
    counter.onResources([configMaps], [], undefined);
    counter.onState(configMaps, { name: 'forbidden', why: 'no' });
    expect(counter.isReady(true)).toBe(true);
    counter.begin(700);
    expect(coverage.from).toBe(700);
  });
});

describe('a custom resource whose preferred version changes', () => {
  it('is counted on, each write once', () => {
    const { counter, coverage, list, change, writes } = counting();
    const [beta, stable] = [
      resource('widgets', 'Widget', 'v1beta1', 'a.com'),
      resource('widgets', 'Widget', 'v1', 'a.com'),
    ];
    counter.onResources([beta], [], 10);
    list(beta, 20);
    counter.begin(20);
    for (let i = 1; i <= 20; i++) change(beta, 20 + i);
    counter.onState(beta, { name: 'gone' });
    counter.onResources([stable], [], 40);
    // Where the past is lost it is listed anew.
    counter.onListing(stable);
    counter.onListed(stable, object('counted', 40));
    counter.onListEnd(stable, 41);
    change(stable, 42);
    expect(writes()).toEqual({ widgets: 21 });
    expect(coverage.isEtcd).toBe(true);
  });

  it('is forgotten once it is served no more', () => {
    const { counter, list, states } = counting();
    counter.onResources([configMaps], [], 10);
    list(configMaps, 20);
    counter.begin(20);
    counter.onState(configMaps, { name: 'gone' });
    counter.onResources([], [configMaps], undefined);
    expect(states.all.size).toBe(0);
  });
});
