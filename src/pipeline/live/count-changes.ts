import type { WatchableResource } from '../../kube/discovery.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';
import type { Digest } from '../../model/object.ts';
import type { Millis, Revision } from '../../model/write.ts';
import { asObject, parseJson } from '../../objects/json-text.ts';
import { parseKey } from '../../objects/keys.ts';
import { metadataDigest } from '../../objects/metadata-digest.ts';
import type { ClusterSink } from '../../sources/kube-watch/watch-cluster.ts';
import { valueOf } from '../../sources/kube-watch/value-of.ts';
import type { Coverage } from './coverage.ts';
import type { Day } from './day.ts';
import type { Gaps } from './gaps.ts';
import type { KnownObjects } from './known-objects.ts';
import type { Recent } from './recent.ts';
import type { RequestJoin } from './request-join.ts';
import { isElsewhere, type ResourceState, type ResourceStates } from './resource-state.ts';
import type { Samples } from './samples.ts';
import { createStoredSizes } from './stored-sizes.ts';
import type { LiveWindow, LiveWrite } from './window.ts';

/** Everything that counts a change. */
export interface Counters {
  readonly states: ResourceStates;
  readonly known: KnownObjects;
  readonly window: LiveWindow;
  readonly day: Day;
  readonly coverage: Coverage;
  readonly samples: Samples;
  readonly recent: Recent;
  readonly join: RequestJoin;
  readonly gaps: Gaps;
}

/** A change as an etcd watch shows it, where etcd is within reach. */
export type StoredWrite = Omit<LiveWrite, 'value'>;

export interface ChangeCounter extends ClusterSink {
  /** Counts what no API watch shows, and explains the revision of all else. */
  onStored(write: StoredWrite): void;
  /** To be called now and then: lays what came from etcd beside what came from the API. */
  settle(): void;
  /** Every first list is in, or was given up. */
  readonly synced: boolean;
  /** Whether `begin` would count something that is held back: where all are listed, or, with patience at its end, some. */
  isReady(patient: boolean): boolean;
  /**
   * Counts what was listed, and of the rest from its first list on.
   * @param ceiling where the etcd is by now, to tell what is kept in another; undefined where that could not be learnt
   */
  begin(ceiling: Revision | undefined): void;
  readonly notSeen: readonly string[];
}

type Change = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'LISTED';
  readonly state: ResourceState;
  readonly object: Taken;
};

/** A watched object that outlives its chunk. */
interface Taken {
  readonly key: Uint8Array;
  readonly uid: string;
  readonly revision: Revision;
  readonly value: Uint8Array;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Counts each change once. Until every resource was listed nothing is counted: the newest of these lists is where
 * counting begins, and what came meanwhile is held back until it is known. What is kept in another etcd is counted from
 * its own list on; its revisions say nothing of the others'.
 */
export function createChangeCounter(counters: Counters, now: () => Millis): ChangeCounter {
  const { states, known, window, day, coverage, samples, recent, join, gaps } = counters;
  const sizes = createStoredSizes(window.addBytes);
  let held: Change[] = [];
  let heldStored: StoredWrite[] = [];
  let notSeen: readonly string[] = [];

  const take = (state: ResourceState, object: WatchedObject): Taken => ({
    key: utf8.encode(`${state.prefix}/${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`),
    uid: object.uid,
    revision: object.revision,
    value: valueOf(object, state.head),
  });

  const apply = ({ type, state, object: { key, uid, revision, value } }: Change): void => {
    const previous = known.revisionOf(key);
    const deleted = type === 'DELETED';
    if (revision <= previous) {
      // Told again by a list, to which it belongs.
      if (type === 'LISTED') known.set(key, state.index, previous);
      return;
    }
    if (deleted) known.remove(key);
    else known.set(key, state.index, revision);
    state.liveKeys += (deleted ? 0 : 1) - (previous === 0 ? 0 : 1);
    if (!state.elsewhere) coverage.reached(revision);
    if (state.from === undefined || revision <= state.from) return;
    if (type === 'LISTED') gaps.recovered(state, revision);
    const at = now();
    const created = previous === 0 && !deleted;
    if (!state.elsewhere) coverage.saw(revision, deleted);
    write(state, key, revision, created, deleted ? undefined : value, at);
    // Requests are remembered by revision, and one of another etcd may have the same number.
    if (!join.active || state.elsewhere) return;
    const digest = (): Digest | undefined => {
      const object = asObject(parseJson(text.decode(value)));
      return metadataDigest(asObject(object['metadata']));
    };
    join.wrote({ key: text.decode(key), uid, revision, previous, deleted, at, digest });
  };

  const write = (
    state: ResourceState,
    bytes: Uint8Array,
    stored: Revision,
    created: boolean,
    value: Uint8Array | undefined,
    at: Millis,
  ): void => {
    const key = text.decode(bytes);
    // Times are told by revisions of the one etcd: what is kept elsewhere stands where that was when it came.
    const revision = state.elsewhere ? coverage.to : stored;
    state.writes++;
    day.add(state.prefix, at);
    recent.add(key, at);
    if (!window.add({ key: bytes, revision, bytes: 0, created, deleted: value === undefined, value })) return;
    samples.observe({ key, bytes, prefix: state.prefix, about: window.aboutOf(bytes), revision, at, value });
  };

  const applyStored = (stored: StoredWrite): void => {
    const { key, revision } = stored;
    if (coverage.from === undefined || revision <= coverage.from) return;
    coverage.explain(revision);
    const { prefix } = parseKey(text.decode(key));
    // What the API shows is counted when it does, with all that it tells but the size.
    if ([...states.all.values()].some((state) => state.prefix === prefix && state.state !== 'forbidden'))
      return sizes.told(key, stored.bytes, now());
    day.add(prefix, now());
    window.add({ ...stored, value: undefined });
  };

  const change = (next: Change): void => {
    if (next.state.from === undefined) held.push(next);
    else apply(next);
  };

  const begin = (ceiling: Revision | undefined): void => {
    const listed = [...states.all.values()].filter((state) => state.from === undefined && state.listed > 0);
    for (const state of listed) state.elsewhere = isElsewhere(state, ceiling);
    const together = listed.filter(({ elsewhere }) => !elsewhere);
    if (coverage.from === undefined) {
      coverage.begin(together.length > 0 ? Math.max(...together.map((state) => state.listed)) : (ceiling ?? 0));
      if (together.length < listed.length / 2) coverage.ruleOutEtcd();
    }
    for (const state of listed) state.from = state.elsewhere ? state.listed : coverage.from;
    const waiting = held;
    held = [];
    for (const each of waiting) change(each);
    for (const { reached } of together) coverage.reached(reached);
    for (const each of heldStored) applyStored(each);
    heldStored = [];
  };
  const isReady = (patient: boolean): boolean => {
    const all = [...states.all.values()];
    if (coverage.from === undefined && patient) return all.length > 0 && all.every(({ settled }) => settled);
    return all.some(({ from, listed }) => from === undefined && listed > 0);
  };

  const reach = (state: ResourceState, revision: Revision): void => {
    state.reached = Math.max(state.reached, revision);
    // Held back, it must not move where counting begins.
    if (state.from !== undefined && !state.elsewhere) coverage.reached(revision);
    day.reached(coverage.to, now());
  };
  const stateOf = (resource: WatchableResource): ResourceState | undefined => states.of(resource);

  return {
    get synced() {
      return coverage.from !== undefined;
    },
    get notSeen() {
      return notSeen;
    },
    settle: () => sizes.settle(now()),
    isReady,
    begin,
    onStored(stored) {
      if (coverage.from === undefined) heldStored.push(stored);
      else applyStored(stored);
    },
    onNotSeen: (sentences) => void (notSeen = sentences),
    onResources(added, removed, floor) {
      for (const resource of removed) {
        const state = states.remove(resource);
        if (state) known.forget(state.index);
      }
      for (const resource of added) states.add(resource, floor);
    },
    onListing(resource) {
      const state = stateOf(resource);
      if (!state) return;
      if (state.settled) gaps.begin(state, now());
      known.beginList(state.index);
    },
    onListed(resource, object) {
      const state = stateOf(resource);
      if (!state) return;
      const taken = take(state, object);
      // What was there before anything is counted need not be held.
      if (state.from === undefined && taken.revision <= (coverage.from ?? Infinity)) {
        if (known.revisionOf(taken.key) === 0) state.liveKeys++;
        known.set(taken.key, state.index, taken.revision);
      } else change({ type: 'LISTED', state, object: taken });
    },
    onListEnd(resource, revision) {
      const state = stateOf(resource);
      if (!state) return;
      known.endList(state.index, (key) => {
        state.liveKeys--;
        if (state.from === undefined) return;
        // When it went is not known, so the revision stays unexplained.
        gaps.recovered(state, revision);
        write(state, key, revision, false, undefined, now());
      });
      if (state.settled) gaps.end(state, revision, now());
      state.settled = true;
      if (state.from === undefined) state.listed = revision;
      reach(state, revision);
    },
    onChange(resource, type, object) {
      const state = stateOf(resource);
      if (!state) return;
      change({ type, state, object: take(state, object) });
      state.reached = Math.max(state.reached, object.revision);
      day.reached(coverage.to, now());
    },
    onReached(resource, revision) {
      const state = stateOf(resource);
      if (state) reach(state, revision);
    },
    onState(resource, next) {
      const state = stateOf(resource);
      if (!state) return;
      state.state = next.name;
      state.why = 'why' in next ? next.why : '';
      if (next.name === 'forbidden' || next.name === 'gone') state.settled = true;
    },
  };
}
