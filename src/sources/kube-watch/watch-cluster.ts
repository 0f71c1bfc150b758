import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import { newestRevision } from '../../kube/newest-revision.ts';
import { discoverResources, idOfResource, pathOfResource, type WatchableResource } from '../../kube/discovery.ts';
import { listWatch, type ListWatchSink, type WatchState } from '../../kube/list-watch.ts';
import type { Pause } from '../../kube/pause.ts';
import type { Revision } from '../../model/write.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';

export interface ClusterSink {
  /**
   * These are watched from now on, and these no longer. What is added again goes on, in another version or because it
   * was gone for a moment.
   * @param floor where the etcd was before; undefined where that could not be learnt
   */
  onResources(
    added: readonly WatchableResource[],
    removed: readonly WatchableResource[],
    floor: Revision | undefined,
  ): void;
  onListing(resource: WatchableResource): void;
  onListed(resource: WatchableResource, object: WatchedObject): void;
  onListEnd(resource: WatchableResource, revision: Revision): void;
  onChange(resource: WatchableResource, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: WatchedObject): void;
  onReached(resource: WatchableResource, revision: Revision): void;
  onState(resource: WatchableResource, state: WatchState): void;
  /** What is served and not watched, one sentence each; replaces what was told before. */
  onNotSeen(sentences: readonly string[]): void;
}

export interface ClusterWatchOptions {
  readonly api: KubeApi;
  /** Secrets are left out unless told otherwise: a right to watch them is a right to read them. */
  readonly secrets: boolean;
  readonly sink: ClusterSink;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly random: () => number;
}

/** A resource that is watched. */
interface Watch {
  readonly resource: WatchableResource;
  readonly ending: AbortController;
  /** It was served no more; discovery tells whether it still is not. */
  gone: boolean;
  /** Everything up to here was told; undefined before a list has ended. */
  reached: Revision | undefined;
}

const rediscoverEvery = 60_000;
/** A new custom resource is served a moment after its definition is. */
const settleAfterDefinition = 500;
/** Whose changes change what is served. */
const definers = new Set(['customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io']);
/** An Event's object, reporter and reason are not in its metadata. */
const inFull = new Set(['events.', 'events.events.k8s.io']);
const neverWatched = new Set(['componentstatuses.']);

/** Watches every resource that the API server serves from its own etcd, custom ones as they come and go, until the signal fires. */
export async function watchCluster(options: ClusterWatchOptions): Promise<void> {
  const { api, sink, signal, pause, random, secrets } = options;
  const watched = new Map<string, Watch>();
  let stale = true;
  let wake = (): void => undefined;
  const rediscover = (): void => {
    stale = true;
    wake();
  };

  const start = (resource: WatchableResource): void => {
    const id = idOfResource(resource);
    const from = watched.get(id)?.reached;
    const watch: Watch = { resource, ending: new AbortController(), gone: false, reached: from };
    watched.set(id, watch);
    const to: ListWatchSink = {
      onListing() {
        sink.onListing(resource);
        watch.reached = undefined;
      },
      onListed: (object) => sink.onListed(resource, object),
      onListEnd(revision) {
        sink.onListEnd(resource, revision);
        watch.reached = revision;
      },
      onChange(type, object) {
        sink.onChange(resource, type, object);
        if (watch.reached !== undefined) watch.reached = object.revision;
        if (definers.has(id)) rediscover();
      },
      onReached(revision) {
        sink.onReached(resource, revision);
        watch.reached = revision;
      },
      onState(state) {
        sink.onState(resource, state);
        if (state.name !== 'gone') return;
        watch.gone = true;
        rediscover();
      },
    };
    void listWatch({
      ...{ api, path: pathOfResource(resource), metadataOnly: !inFull.has(id), sink: to, from, pause, random },
      signal: AbortSignal.any([signal, watch.ending.signal]),
    });
  };

  while (!signal.aborted) {
    stale = false;
    try {
      const { resources, notSeen } = await discoverResources(api);
      const wanted = resources.filter(
        (resource) => !neverWatched.has(idOfResource(resource)) && (secrets || idOfResource(resource) !== 'secrets.'),
      );
      sink.onNotSeen([...(secrets ? [] : [secretsNotSeen]), ...notSeen]);
      const left = new Set(wanted.map(idOfResource));
      const removed = [...watched.values()].filter(({ resource }) => !left.has(idOfResource(resource)));
      const added = wanted.filter((resource) => {
        const watch = watched.get(idOfResource(resource));
        return watch === undefined || watch.gone || watch.resource.version !== resource.version;
      });
      if (added.length + removed.length > 0) {
        const floor = await newestRevision(api, signal);
        for (const { resource, ending } of removed) {
          ending.abort();
          watched.delete(idOfResource(resource));
        }
        for (const resource of added) watched.get(idOfResource(resource))?.ending.abort();
        sink.onResources(
          added,
          removed.map(({ resource }) => resource),
          floor,
        );
        added.forEach(start);
      }
    } catch (error) {
      if (!isApiFailure(error)) throw error;
      // The watches that run tell what is wrong; this is tried again.
    }
    const ended = new AbortController();
    const waiting = { signal: AbortSignal.any([signal, ended.signal]), abort: () => ended.abort() };
    const woken = new Promise<void>((resolve) => (wake = resolve));
    await Promise.race([
      stale ? undefined : woken,
      pause(watched.size === 0 ? 2_000 : rediscoverEvery, waiting.signal),
    ]);
    waiting.abort();
    if (stale) await pause(settleAfterDefinition, signal);
  }
}

const secretsNotSeen =
  'Secrets are not watched, since the right to list them is a right to read them (--secrets turns it on)';
