import { idOfResource, type WatchableResource } from '../../kube/discovery.ts';
import type { WatchState } from '../../kube/list-watch.ts';
import { resourceName } from '../../model/resource.ts';
import type { Revision } from '../../model/write.ts';
import { pathOf } from '../../objects/kinds.ts';
import { headOf } from '../../sources/kube-watch/value-of.ts';

/** How one resource is watched. */
export interface ResourceState {
  readonly index: number;
  /** In the version that is watched now. */
  resource: WatchableResource;
  /** Where an API server keeps it. */
  readonly prefix: string;
  head: Uint8Array;
  state: WatchState['name'] | 'starting';
  why: string;
  /** Listed at least once, or known to be out of reach. */
  settled: boolean;
  /** Where the etcd was before the first list was asked for; undefined where that could not be learnt. */
  readonly floor: Revision | undefined;
  /** Of the first list; 0 before it. */
  listed: Revision;
  /** What is newer is counted; undefined while that is not decided, and what comes is held back. */
  from: Revision | undefined;
  /** It is kept in another etcd than namespaces are (`--etcd-servers-overrides`), whose revisions are another sequence. */
  elsewhere: boolean;
  /** The newest revision that was told. */
  reached: Revision;
  writes: number;
  liveKeys: number;
  relists: number;
}

export interface ResourceStates {
  readonly all: ReadonlyMap<string, ResourceState>;
  /** One that is there already goes on in the version given. */
  add(resource: WatchableResource, floor: Revision | undefined): ResourceState;
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
    add(resource, floor) {
      const known = all.get(idOfResource(resource));
      if (known) return Object.assign(known, { resource, head: headOf(resource) });
      const state: ResourceState = {
        ...{
          index: next++ % 0x10000,
          resource,
          prefix: pathOf(resource.group, resource.resource),
          head: headOf(resource),
        },
        ...{ state: 'starting', why: '', settled: false, floor, listed: 0, from: undefined, elsewhere: false },
        ...{ reached: 0, writes: 0, liveKeys: 0, relists: 0 },
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
      [...all.values()].flatMap(({ state, why, elsewhere, resource }) => {
        const name = resourceName(resource);
        if (state === 'forbidden')
          return [`${name}: not allowed to be watched, so its writes are not counted (${why})`];
        if (state === 'retrying') return [`${name}: the watch is interrupted and will go on where it was (${why})`];
        if (elsewhere)
          return [`${name}: kept in an etcd of its own, so its writes are counted and are no part of the coverage`];
        return [];
      }),
  };
}

/** One etcd's revisions only rise: a list that was made between two looks at it lies between them, or was made elsewhere. */
export function isElsewhere({ floor, listed }: ResourceState, ceiling: Revision | undefined): boolean {
  return (floor !== undefined && listed < floor) || (ceiling !== undefined && listed > ceiling);
}
