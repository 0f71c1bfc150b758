import { idOfResource, type WatchableResource } from '../../kube/discovery.ts';
import type { WatchState } from '../../kube/list-watch.ts';
import type { Revision } from '../../model/write.ts';
import { pathOf } from '../../objects/kinds.ts';
import { headOf } from '../../sources/kube-watch/value-of.ts';

/** How one resource is watched. */
export interface ResourceState {
  readonly index: number;
  readonly resource: WatchableResource;
  /** Where an API server keeps it. */
  readonly prefix: string;
  readonly head: Uint8Array;
  state: WatchState['name'] | 'starting';
  why: string;
  /** Listed at least once, or known to be out of reach. */
  settled: boolean;
  /** The newest revision that was told. */
  reached: Revision;
  writes: number;
  liveKeys: number;
  relists: number;
}

export interface ResourceStates {
  readonly all: ReadonlyMap<string, ResourceState>;
  add(resource: WatchableResource): ResourceState;
  of(resource: WatchableResource): ResourceState | undefined;
  remove(resource: WatchableResource): ResourceState | undefined;
  /** One sentence for each resource that is out of reach. */
  notSeen(): string[];
}

export function createResourceStates(): ResourceStates {
  const all = new Map<string, ResourceState>();
  let next = 0;
  return {
    all,
    add(resource) {
      const state: ResourceState = {
        ...{
          index: next++ % 0x10000,
          resource,
          prefix: pathOf(resource.group, resource.resource),
          head: headOf(resource),
        },
        ...{ state: 'starting', why: '', settled: false, reached: 0, writes: 0, liveKeys: 0, relists: 0 },
      };
      all.set(idOfResource(resource), state);
      return state;
    },
    of: (resource) => all.get(idOfResource(resource)),
    remove(resource) {
      const state = all.get(idOfResource(resource));
      all.delete(idOfResource(resource));
      return state;
    },
    notSeen: () =>
      [...all.values()].flatMap(({ state, why, resource: { resource, group } }) => {
        const name = group === '' ? resource : `${resource}.${group}`;
        if (state === 'forbidden')
          return [`${name}: not allowed to be watched, so its writes are not counted (${why})`];
        if (state === 'retrying') return [`${name}: the watch is interrupted and will go on where it was (${why})`];
        return [];
      }),
  };
}
