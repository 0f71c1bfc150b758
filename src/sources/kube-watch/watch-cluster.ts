import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import { discoverResources, idOfResource, pathOfResource, type WatchableResource } from '../../kube/discovery.ts';
import { listWatch, type ListWatchSink, type WatchState } from '../../kube/list-watch.ts';
import type { Pause } from '../../kube/pause.ts';
import type { Revision } from '../../model/write.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';

export interface ClusterSink {
  /** These are watched from now on, and these no longer. */
  onResources(added: readonly WatchableResource[], removed: readonly WatchableResource[]): void;
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
  const watched = new Map<string, { readonly resource: WatchableResource; readonly ending: AbortController }>();
  let stale = true;
  let wake = (): void => undefined;
  const rediscover = (): void => {
    stale = true;
    wake();
  };

  const start = (resource: WatchableResource): void => {
    const ending = new AbortController();
    const id = idOfResource(resource);
    watched.set(id, { resource, ending });
    const to: ListWatchSink = {
      onListing: () => sink.onListing(resource),
      onListed: (object) => sink.onListed(resource, object),
      onListEnd: (revision) => sink.onListEnd(resource, revision),
      onChange(type, object) {
        sink.onChange(resource, type, object);
        if (definers.has(id)) rediscover();
      },
      onReached: (revision) => sink.onReached(resource, revision),
      onState(state) {
        sink.onState(resource, state);
        if (state.name !== 'gone') return;
        watched.delete(id);
        rediscover();
      },
    };
    void listWatch({
      ...{ api, path: pathOfResource(resource), metadataOnly: !inFull.has(id), sink: to, pause, random },
      signal: AbortSignal.any([signal, ending.signal]),
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
      const added = wanted.filter((resource) => !watched.has(idOfResource(resource)));
      const left = new Map(wanted.map((resource) => [idOfResource(resource), resource]));
      const removed = [...watched.values()].filter(
        ({ resource }) => left.get(idOfResource(resource))?.version !== resource.version,
      );
      for (const { resource, ending } of removed) {
        ending.abort();
        watched.delete(idOfResource(resource));
        // Served in another version from now on.
        const other = left.get(idOfResource(resource));
        if (other) added.push(other);
      }
      if (added.length + removed.length > 0)
        sink.onResources(
          added,
          removed.map(({ resource }) => resource),
        );
      added.forEach(start);
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
