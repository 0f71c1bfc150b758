import type { Revision } from '../model/write.ts';
import { asList, asObject, asText, isObject } from '../objects/json-text.ts';
import { revisionOf } from '../objects/metadata.ts';
import { metadataOnly, metadataOnlyList } from './accept.ts';
import { ApiFailure, isApiFailure, type KubeApi } from './api.ts';
import type { Pause } from './pause.ts';
import { linesOf, objectFrom, parseFrame, type WatchedObject } from './watch-frames.ts';

export interface ListWatchSink {
  /** What exists is going to be told, the first time or anew because the past was lost. */
  onListing(): void;
  /** It existed when the list was made. */
  onListed(object: WatchedObject): void;
  /** All that exists was told, as of this revision: what was not is gone. */
  onListEnd(revision: Revision): void;
  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: WatchedObject): void;
  /** Everything up to this revision was told. */
  onReached(revision: Revision): void;
  onState(state: WatchState): void;
}

export type WatchState =
  | { readonly name: 'watching' }
  /** It will be tried again. */
  | { readonly name: 'retrying'; readonly why: string }
  /** 403. Rights may be given later, so it is tried again, seldom. */
  | { readonly name: 'forbidden'; readonly why: string }
  /** 404: a custom resource that was removed. */
  | { readonly name: 'gone' };

export interface ListWatchOptions {
  readonly api: KubeApi;
  /** `/apis/apps/v1/deployments`. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** Metadata only, which is a tenth of the work; the whole object otherwise. */
  readonly metadataOnly: boolean;
  readonly sink: ListWatchSink;
  /** Goes on from here instead of listing first. */
  readonly from?: Revision | undefined;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** 0..1, to spread watches in time. */
  readonly random: () => number;
}

/** client-go tools/cache/reflector.go: minWatchTimeout, and up to twice that. */
const watchSeconds = 300;
/** Bookmarks come about every minute (apiserver storage/cacher: bookmarkFrequency); so long without one is a dead stream. */
const silentFor = 150_000;
const pageSize = 500;
/** client-go wait.Backoff of the reflector. */
const shortestPause = 200;
const longestPause = 30_000;
const forbiddenPause = 60_000;

/**
 * Lists and then watches one resource until the signal fires or the resource is gone. Every change after the first list
 * is told once, in order; where the API server no longer has the past (410), the list is told anew. Never rejects.
 */
export async function listWatch(options: ListWatchOptions): Promise<void> {
  const { signal, sink, pause, random } = options;
  const position: Position = { revision: options.from, streamsList: true };
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (position.revision === undefined && !position.streamsList) await listInPages(options, position);
      await watchOnce(options, position, () => (failures = 0));
      // A stream that ended in order is opened again where it was.
      await pause(10, signal);
    } catch (error) {
      if (signal.aborted) return;
      const failure = isApiFailure(error) ? error : new ApiFailure(0, String(error));
      const fate = fateOf(failure, position);
      if (fate === 'gone') return sink.onState({ name: 'gone' });
      if (fate === 'again') continue;
      failures++;
      sink.onState({ name: fate, why: failure.message });
      const backoff = Math.min(longestPause, shortestPause * 2 ** Math.min(failures - 1, 10));
      const wait = fate === 'forbidden' ? forbiddenPause : (failure.retryAfterMs ?? backoff);
      await pause(wait * (1 + random()), signal);
    }
  }
}

interface Position {
  /** undefined where a list is needed. */
  revision: Revision | undefined;
  /** False once the API server refused to send the list over the watch (feature gate WatchList). */
  streamsList: boolean;
}

function fateOf({ status, message }: ApiFailure, position: Position): WatchState['name'] | 'again' {
  if (status === 410) {
    position.revision = undefined;
    return 'again';
  }
  if ((status === 422 || status === 400) && position.streamsList && position.revision === undefined) {
    position.streamsList = false;
    return /sendInitialEvents/i.test(message) ? 'again' : 'retrying';
  }
  if (status === 404) return 'gone';
  return status === 403 ? 'forbidden' : 'retrying';
}

/** One stream from where the position is; throws where it ends in anything but good order. */
async function watchOnce(options: ListWatchOptions, position: Position, onAlive: () => void): Promise<void> {
  const { api, sink, signal, random } = options;
  const ending = new AbortController();
  const silence = setTimeout(() => ending.abort(), silentFor);
  const from = position.revision;
  const query: Record<string, string> =
    from === undefined
      ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: String(from) };
  const path = pathWith(options, {
    watch: '1',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.round(watchSeconds * (1 + random()))),
    ...query,
  });
  const accept = options.metadataOnly ? metadataOnly : 'application/json';
  try {
    const stream = await api.stream(path, accept, AbortSignal.any([signal, ending.signal]));
    let listing = from === undefined;
    if (listing) sink.onListing();
    else sink.onState({ name: 'watching' });
    for await (const line of linesOf(stream)) {
      silence.refresh();
      const frame = parseFrame(line);
      if (!frame) continue;
      onAlive();
      if (frame.type === 'ERROR') throw new ApiFailure(frame.code, frame.message);
      if (frame.type === 'BOOKMARK') {
        if (listing && !frame.initialEnd) continue;
        if (listing) sink.onListEnd(frame.revision);
        else sink.onReached(frame.revision);
        if (listing) sink.onState({ name: 'watching' });
        listing = false;
        position.revision = frame.revision;
      } else if (listing && frame.type === 'ADDED') sink.onListed(frame.object);
      else {
        // While the list is still being sent, what changes meanwhile may come between.
        sink.onChange(frame.type, frame.object);
        if (!listing) position.revision = frame.object.revision;
      }
    }
  } catch (error) {
    if (isApiFailure(error)) throw error;
    throw new ApiFailure(0, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(silence);
    ending.abort();
  }
}

async function listInPages(options: ListWatchOptions, position: Position): Promise<void> {
  const { api, sink, signal } = options;
  const accept = options.metadataOnly ? metadataOnlyList : 'application/json';
  sink.onListing();
  for (let token: string | undefined = ''; token !== undefined;) {
    const path = pathWith(options, { limit: String(pageSize), ...(token !== '' && { continue: token }) });
    // A token that expired in between is a 410, and the list begins anew.
    const list = await api.call(path, { accept, signal });
    const { resourceVersion, continue: next } = asObject(list['metadata']);
    for (const item of asList(list['items'])) if (isObject(item)) sink.onListed(objectFrom(item));
    token = asText(next);
    if (token === undefined) {
      position.revision = revisionOf(resourceVersion);
      sink.onListEnd(position.revision);
    }
  }
}

function pathWith({ path, fieldSelector }: ListWatchOptions, query: Readonly<Record<string, string>>): string {
  const parameters = new URLSearchParams({ ...query, ...(fieldSelector !== undefined && { fieldSelector }) });
  return `${path}?${parameters.toString()}`;
}
