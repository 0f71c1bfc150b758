import type { KubeApi } from '../../kube/api.ts';
import type { Pause } from '../../kube/pause.ts';
import type { AcceptEntry } from '../../model/accept.ts';
import type { HotKey } from '../../model/hot-key.ts';
import type { Request } from '../../model/request.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { Millis, Revision } from '../../model/write.ts';
import type { Writer } from '../../model/writer.ts';
import { parseKey } from '../../objects/keys.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { watchCluster } from '../../sources/kube-watch/watch-cluster.ts';
import { topKeyIds, keyCount } from '../../tally/key-counts.ts';
import { withAccepted } from '../../report/accepted.ts';
import { explain } from '../explain.ts';
import { acceptedByAnnotation } from './accepted-by-annotation.ts';
import { createBeginning } from './begin-counting.ts';
import { createBoard, idOfSubject, type Standing, type Transition } from './board.ts';
import { createChangeCounter, type Counters, type StoredWrite } from './count-changes.ts';
import { createCoverage } from './coverage.ts';
import { createDay } from './day.ts';
import { createMoments } from './moments.ts';
import { liveNotSeen } from './not-seen.ts';
import { createFullWatches } from './full-watches.ts';
import { createGaps, type Gap } from './gaps.ts';
import { gather } from './gather.ts';
import { createKnownObjects } from './known-objects.ts';
import { defaultPromotion, promotions, type Hot, type PromotionLimits } from './promotion.ts';
import { createRecent } from './recent.ts';
import { createRequestJoin } from './request-join.ts';
import { createResourceStates, type ResourceState } from './resource-state.ts';
import { createSamples } from './samples.ts';
import { createWindow, type WindowLimits } from './window.ts';
import { worthWatching } from './worth-watching.ts';

export interface LiveOptions {
  readonly api: KubeApi;
  readonly secrets: boolean;
  readonly version: string;
  readonly seed: number;
  /** Hides Secrets' values. */
  readonly salt: string;
  readonly now: () => Millis;
  readonly pause: Pause;
  readonly random: () => number;
  readonly window?: WindowLimits;
  readonly promotion?: PromotionLimits;
  /** Between two looks at what was counted. */
  readonly everyMs?: Millis;
  /** Churn that is known and wanted; objects may say so themselves by annotation. */
  readonly accept?: readonly AcceptEntry[];
  /** By pattern, what to judge by instead of the thresholds of live watching. */
  readonly thresholds?: ThresholdSettings;
  readonly onTransition?: (transition: Transition) => void;
}

export interface LiveStatus {
  readonly since: Millis;
  readonly synced: boolean;
  readonly fromRevision: Revision | undefined;
  readonly toRevision: Revision;
  readonly coverage: { readonly counted: number; readonly growth: number };
  readonly isEtcd: boolean;
  readonly objects: number;
  readonly resources: readonly ResourceState[];
  readonly fullWatches: number;
  readonly gaps: readonly Gap[];
  readonly notSeen: readonly string[];
  readonly untracked: number;
  readonly lastLookMs: number;
}

export interface LiveAnalysis {
  /** Resolves when counting has begun. */
  readonly synced: Promise<void>;
  /** As of now. */
  report(top: number): ChurnReport;
  standing(): readonly Standing[];
  top(): HotKey[];
  status(): LiveStatus;
  /** What the webhook saw. */
  offer(requests: readonly Request[]): void;
  /** What an etcd watch saw, where etcd is within reach. */
  onStored(write: StoredWrite): void;
  /** Whether that watch runs. */
  setSeesEtcd(sees: boolean): void;
  /** Who made a revision, where a request was laid beside it; only the last hundred thousand are remembered. */
  writerOf(revision: Revision): Writer | undefined;
  /** Looks at once instead of when it is time. */
  look(): void;
  stop(): void;
}

export const defaultWindow: WindowLimits = { halfMs: 10 * 60_000, keys: 200_000 };
const defaultEvery = 5_000;
/** What other watches tell of a revision has come by then. */
const settleMs = 2_000;
/** Of the keys most often written, so many are looked at to see whether to watch them in full. */
const hottest = 256;
const hotFrom = 3;
/** An object that is written no more has no finding that stands. */
const quietAfter = 3 * 60_000;

/** Watches a cluster and keeps explaining what is written in it, until stopped. */
export function startLiveAnalysis(options: LiveOptions): LiveAnalysis {
  const { api, seed, salt, now, pause, random, version } = options;
  const began = now();
  const ending = new AbortController();
  const { signal } = ending;
  const join = createRequestJoin();
  const counters: Counters = {
    states: createResourceStates(),
    known: createKnownObjects(seed),
    window: createWindow(seed, options.window ?? defaultWindow, began),
    day: createDay(began),
    coverage: createCoverage(),
    samples: createSamples(seed, salt),
    recent: createRecent(began),
    join,
    gaps: createGaps(),
  };
  const { coverage, window, day, states } = counters;
  const fulls = createFullWatches({ api, salt, signal, now, pause, random, writerOf: join.writerOf });
  const board = createBoard();
  const counter = createChangeCounter(counters, now);
  const begin = createBeginning({ api, counter, signal, now, resources: () => states.all.size });
  const { promise: synced, resolve: onSynced } = Promise.withResolvers<void>();
  const moments = createMoments();
  /** Of objects that are or were watched in full, by subject. */
  const lastWrites = new Map<string, Millis>();
  let seesEtcd = false;
  let lastLookMs = 0;
  /** One that happens to be slow, as the first is, delays none; those that always are take a twentieth of a core. */
  let usualLookMs = 0;
  let windowFrom: Revision | undefined;
  let olderFrom: Revision | undefined;

  const note = (): void => {
    if (!counter.synced) return;
    moments.note(coverage.to, now());
    moments.forgetBefore(window.since - 60_000);
  };
  const settledRevision = (): Revision => moments.newestAt(now() - settleMs) ?? coverage.from ?? 0;

  const report = (top: number): ChurnReport => {
    note();
    const anchors = [...day.anchors().filter(({ at }) => at < (moments.all[0]?.at ?? 0)), ...moments.all];
    const found = explain(
      gather({
        ...{ counters, fulls, anchors, top, version, name: api.server, now: now(), notSeen: notSeen() },
        upTo: settledRevision(),
        fromRevision: windowFrom ?? coverage.from ?? 0,
        ...(options.thresholds && { thresholds: options.thresholds }),
      }),
    );
    const read = [...fulls.changes(), ...counters.samples.changes()];
    const accept = [...(options.accept ?? []), ...acceptedByAnnotation(read)];
    return accept.length === 0 ? found : withAccepted(found, accept, new Date(now()).toISOString().slice(0, 10));
  };

  const notSeen = (): string[] => liveNotSeen(counters, counter, seesEtcd);

  const promote = (): void => {
    const tally = window.merged();
    const hot: Hot[] = [];
    const written = new Set<string>();
    for (const id of topKeyIds(tally, hottest, hotFrom)) {
      const count = keyCount(tally, id);
      written.add(count.key);
      if (worthWatching(count)) hot.push({ key: count.key, writes: count.writes });
    }
    fulls.keep((key) => written.has(key) || tally.find(new TextEncoder().encode(key)) !== undefined);
    lastWrites.clear();
    for (const key of fulls.watched.keys()) {
      const id = tally.find(new TextEncoder().encode(key));
      const { lastRevision } = id === undefined ? { lastRevision: 0 } : keyCount(tally, id);
      lastWrites.set(idOfKey(key), moments.timeOf(lastRevision) ?? now());
    }
    const { promote: up, release } = promotions(hot, fulls.watched, options.promotion ?? defaultPromotion, now());
    for (const key of release) fulls.release(key);
    for (const key of up) {
      const object = parseKey(key).resource;
      const state = object && stateOf(states.all, object);
      if (state && !state.elsewhere) fulls.start(key, keyOf(object, state), state.resource);
    }
  };

  const look = (): void => {
    if (!counter.synced) return;
    const started = performance.now();
    if (window.turn(now())) {
      counters.samples.turn();
      join.turn();
      windowFrom = olderFrom;
      olderFrom = coverage.to;
      coverage.forgetBefore(windowFrom ?? 0);
    }
    join.settle(now());
    fulls.settle();
    note();
    promote();
    const { findings } = report(0);
    const standing = findings.filter(({ subject }) => !isQuiet(subject));
    const named = new Set(
      standing.flatMap(({ subject, fields }) =>
        subject.type === 'object' && fields.length > 0 ? [idOfSubject(subject)] : [],
      ),
    );
    fulls.setNamed(new Set([...fulls.watched.keys()].filter((key) => named.has(idOfKey(key)))));
    for (const transition of board.update(standing, now())) options.onTransition?.(transition);
    const took = performance.now() - started;
    usualLookMs = Math.min(lastLookMs, took);
    lastLookMs = took;
  };

  /** An object that a finding names and that nobody writes any more. */
  const isQuiet = (subject: Standing['finding']['subject']): boolean => {
    if (subject.type !== 'object') return false;
    const at = lastWrites.get(idOfSubject(subject));
    return at !== undefined && now() - at > quietAfter;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      if (counter.synced) {
        onSynced();
        look();
      }
      const every = counter.synced ? Math.max(options.everyMs ?? defaultEvery, usualLookMs * 20) : 50;
      for (let waited = 0; waited < every && !signal.aborted; waited += 500) {
        await pause(Math.min(500, every), signal);
        await begin();
        note();
        join.settle(now());
        counter.settle();
        fulls.settle();
      }
    }
  };
  void watchCluster({ api, secrets: options.secrets, sink: counter, signal, pause, random });
  void run();

  return {
    synced,
    report,
    standing: board.standing,
    look,
    top() {
      const findings = new Map<string, string[]>();
      for (const { finding } of board.standing()) {
        const id = idOfSubject(finding.subject);
        findings.set(id, [...(findings.get(id) ?? []), finding.pattern]);
      }
      return counters.recent.rates(now()).map(({ key, perMinute }) => ({
        ...{ key, perMinute, resource: parseKey(key).resource },
        findings: findings.get(idOfKey(key)) ?? [],
      }));
    },
    status: () => ({
      since: day.since(now()),
      synced: counter.synced,
      fromRevision: coverage.from,
      toRevision: coverage.to,
      coverage: coverage.between(0, settledRevision()),
      isEtcd: coverage.isEtcd,
      objects: counters.known.count,
      resources: [...states.all.values()],
      fullWatches: [...fulls.watched.values()].filter(({ releasedAt }) => releasedAt === undefined).length,
      gaps: counters.gaps.all,
      notSeen: notSeen(),
      untracked: window.untracked,
      lastLookMs,
    }),
    offer: join.offer,
    onStored: counter.onStored,
    setSeesEtcd: (sees) => void (seesEtcd = sees),
    writerOf(revision) {
      const named = join.writerOf(revision);
      return named === 'waiting' ? undefined : named?.writer;
    },
    stop: () => ending.abort(),
  };
}

function idOfKey(key: string): string {
  const resource = parseKey(key).resource;
  return resource ? idOfSubject({ type: 'object', ...resource }) : key;
}

function stateOf(all: ReadonlyMap<string, ResourceState>, { group, resource }: ResourceKey): ResourceState | undefined {
  return all.get(`${resource}.${group}`);
}

/** A key's text does not tell a cluster-scoped name with a slash from a namespaced one; the API server does. */
function keyOf(object: ResourceKey, { resource: { namespaced } }: ResourceState): ResourceKey {
  if (namespaced || object.namespace === undefined) return object;
  const { namespace, ...rest } = object;
  return { ...rest, name: `${namespace}/${object.name}` };
}
