import type { NamedWriter } from '../../attribution/name-writers.ts';
import type { Changes } from '../../history/changes.ts';
import { KeyHistory } from '../../history/key-history.ts';
import type { KubeApi } from '../../kube/api.ts';
import { pathOfResource, type WatchableResource } from '../../kube/discovery.ts';
import type { Pause } from '../../kube/pause.ts';
import { listWatch } from '../../kube/list-watch.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { Millis, Revision } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { headOf, valueOf } from '../../sources/kube-watch/value-of.ts';
import type { Watched } from './promotion.ts';

export interface FullWatchOptions {
  readonly api: KubeApi;
  /** Hides Secrets' values. */
  readonly salt: string;
  readonly signal: AbortSignal;
  readonly now: () => Millis;
  readonly pause: Pause;
  readonly random: () => number;
  /** Who made a revision; what still waits for its request is observed later. */
  readonly writerOf: (revision: Revision) => NamedWriter | undefined | 'waiting';
}

/** Objects that are, or were, watched in full: each keeps what changed in it, no value. */
export interface FullWatches {
  readonly watched: ReadonlyMap<string, Watched>;
  start(key: string, object: ResourceKey, resource: WatchableResource): void;
  release(key: string): void;
  /** Observes what has its writer by now. */
  settle(): void;
  changes(): { readonly key: string; readonly changes: Changes }[];
  setNamed(keys: ReadonlySet<string>): void;
  /** Forgets those let go that are not among the keys still written. */
  keep(isWritten: (key: string) => boolean): void;
}

/** A digest of its fields must fit in memory beside those of others; larger objects are not looked at in full. */
const largestObject = 2 << 20;
const mostKept = 512;
/** Observations after which a history begins anew. */
const historyLength = 2_000;

interface One {
  readonly key: string;
  readonly history: KeyHistory;
  readonly ending: AbortController;
  readonly since: Millis;
  compared: number;
  lastWrite: Millis;
  named: boolean;
  releasedAt: Millis | undefined;
  newest: Revision;
  /** Observed by its history. */
  total: number;
  pending: { revision: Revision; at: Millis; value: Uint8Array | undefined; gap: boolean; first: boolean }[];
}

export function createFullWatches(options: FullWatchOptions): FullWatches {
  const { api, salt, signal, now, pause, random, writerOf } = options;
  const all = new Map<string, One>();

  const observe = (one: One): void => {
    while (one.pending.length > 0) {
      const [next] = one.pending;
      if (!next) return;
      const named = writerOf(next.revision);
      if (named === 'waiting') return;
      one.pending.shift();
      one.total++;
      one.history.observe({
        key: 0,
        revision: next.revision,
        // What was there before the watch began was written at a time that nobody saw.
        ...(!next.first && { at: next.at }),
        object: next.value && decodeObject(next.value, one.key, salt),
        ...named,
        ...(next.gap && { gapBefore: true }),
      });
      if (!next.first) one.compared++;
    }
  };

  const take = (
    one: One,
    head: Uint8Array,
    object: WatchedObject,
    deleted: boolean,
    listing: { gap: boolean; first: boolean },
  ): void => {
    if (object.revision <= one.newest || object.json.length > largestObject) return;
    one.newest = object.revision;
    const at = now();
    if (!listing.first) one.lastWrite = at;
    one.pending.push({ revision: object.revision, at, value: deleted ? undefined : valueOf(object, head), ...listing });
    observe(one);
  };

  return {
    watched: all,
    start(key, { namespace, name }, resource) {
      const before = all.get(key);
      before?.ending.abort();
      const at = now();
      const one: One = {
        // What was proven before stands until it is proven anew.
        ...{
          key,
          history: before && before.total < historyLength ? before.history : new KeyHistory(512),
          ending: new AbortController(),
          since: at,
          compared: 0,
          lastWrite: at,
        },
        ...{ named: before?.named ?? false, releasedAt: undefined, newest: 0, pending: [], total: before?.total ?? 0 },
      };
      all.set(key, one);
      const head = headOf(resource);
      const base = pathOfResource(resource);
      const collection = base.slice(0, base.lastIndexOf('/'));
      let lists = 0;
      void listWatch({
        ...{ api, metadataOnly: false, fieldSelector: `metadata.name=${name}`, pause, random },
        path:
          namespace === undefined
            ? base
            : `${collection}/namespaces/${encodeURIComponent(namespace)}/${resource.resource}`,
        signal: AbortSignal.any([signal, one.ending.signal]),
        sink: {
          onListing: () => void lists++,
          onListed: (object) =>
            take(one, head, object, false, { gap: lists > 1 || before !== undefined, first: lists === 1 }),
          onListEnd: () => undefined,
          onChange: (type, object) => take(one, head, object, type === 'DELETED', { gap: false, first: false }),
          onReached: () => undefined,
          onState: () => undefined,
        },
      });
    },
    release(key) {
      const one = all.get(key);
      if (!one) return;
      one.ending.abort();
      one.releasedAt = now();
    },
    settle() {
      for (const one of all.values()) observe(one);
    },
    changes: () => [...all.values()].map(({ key, history }) => ({ key, changes: history.changes() })),
    setNamed(keys) {
      for (const one of all.values()) one.named = keys.has(one.key);
    },
    keep(isWritten) {
      for (const [key, one] of all) {
        if (one.releasedAt === undefined) continue;
        if (!isWritten(key) || all.size > mostKept) all.delete(key);
      }
    },
  };
}
