import { align } from '../../attribution/align.ts';
import { AttributedWriters } from '../../attribution/attributed-writers.ts';
import type { Candidate } from '../../attribution/request-log.ts';
import type { ClockAnchor, Counted } from '../../model/analysis.ts';
import type { KeyId, Millis, Revision } from '../../model/write.ts';
import type { Writer } from '../../model/writer.ts';
import { forEachKey, keyCount } from '../../tally/key-counts.ts';
import { valueAt } from '../../tally/packed.ts';
import { buildRevisionClock, type RevisionClock } from '../../tally/revision-clock.ts';
import { readRequests, type RequestLogs } from './read-logs.ts';
import { attributeCounts, attributeReading, type AskedKey } from './keys.ts';
import { createJoinListener, poolOf, type KeptRequests, type Pool } from './listener.ts';
import { sentencesOf } from './sentences.ts';
import { storeFacts, type CountedStore, type StoreFacts } from './store.ts';
import type { KeyReading } from '../offline/read-plan.ts';

/** The same, with whoever asked for it. */
export interface Joined {
  readonly counted: Counted;
  readonly keys: readonly KeyReading[];
  /** The store's own, or that of the logs where the store tells no time. */
  readonly clock: RevisionClock;
}

/** Reads the logs and says of each write who asked for it. */
export async function joinRequests(logs: RequestLogs, store: CountedStore): Promise<Joined> {
  const { counted } = store;
  const facts = storeFacts(store);
  const { kept, listen } = createJoinListener(facts);
  const { tally: requests, sources, notSeen } = await readRequests(logs, listen);
  const others = [...kept.verdicts].filter(([, verdict]) => verdict === 'other').map(([name]) => name);
  const isJoined = kept.log.count() + kept.unnamed.size > 0;
  if (!isJoined) {
    const why = sentencesOf({ store, kept, others });
    return {
      keys: store.keys,
      clock: store.clock,
      counted: {
        ...counted,
        requests: requests.counted(sources, others.length > 0 ? 'foreign' : 'apart'),
        notSeen: [...counted.notSeen, ...notSeen, ...why],
      },
    };
  }

  logs.onProgress('joining requests with writes');
  const { keys, writers, first, clock, unchanged } = attribute(store, facts, kept);
  for (const [id, users] of unchanged) {
    const { resource } = keyCount(store.tally, id);
    if (resource) for (const [user, count] of users) requests.markUnchanged(resource, user, count);
  }
  const why = sentencesOf({ store, kept, others, clock, writers });
  const isTimeless = store.clock.errorSeconds === undefined;
  return {
    keys: isTimeless ? keys.map((reading) => timed(reading, clock)) : keys,
    clock: isTimeless ? clock : store.clock,
    counted: {
      ...counted,
      source: [...counted.source, ...auditSources(sources, others, counted, clock)],
      writers: writers.counts(counted.writers),
      chosen: counted.chosen.map(({ count, chosenFor }) => {
        const writer = first.get(count.id);
        return { chosenFor, count: writer ? { ...count, writer } : count };
      }),
      requests: requests.counted(sources, 'joined'),
      notSeen: [...counted.notSeen, ...notSeen, ...why],
    },
  };
}

function timed(reading: KeyReading, clock: RevisionClock): KeyReading {
  return { ...reading, at: reading.revision.map((revision) => clock.timeOf(revision) ?? NaN) };
}

interface Attributed {
  readonly keys: readonly KeyReading[];
  readonly writers: AttributedWriters;
  /** Who made the first revision of a chosen key. */
  readonly first: ReadonlyMap<KeyId, Writer>;
  /** Revisions and times as the logs have them. */
  readonly clock: RevisionClock;
  readonly unchanged: ReadonlyMap<KeyId, ReadonlyMap<string, number>>;
}

/** Half a second beyond what a clock fitted to whole seconds can be off. */
const slack: Millis = 1_500;

function attribute(store: CountedStore, facts: StoreFacts, kept: KeptRequests): Attributed {
  const { tally, source } = store;
  const readings = new Map(store.keys.map((reading) => [reading.id, reading]));
  const ownClock = buildRevisionClock(logAnchors(store, kept, readings));
  const clock = ownClock.errorSeconds === undefined ? store.clock : ownClock;
  const tolerance = (clock.errorSeconds ?? 0) * 1000 + slack;
  const [windowFrom, windowTo] = [clock.timeOf(facts.retained.from), clock.timeOf(facts.retained.to)];
  const inWindow = ({ answeredAt }: Candidate): boolean =>
    windowFrom === undefined || windowTo === undefined
      ? true
      : answeredAt >= windowFrom - tolerance && answeredAt <= windowTo + tolerance;
  const isCovered = (revision: Revision): boolean => {
    const at = clock.timeOf(revision);
    return at === undefined || (at >= kept.covered.from - tolerance && at <= kept.covered.to + tolerance);
  };

  const extra = pooledRequests(store, kept, clock, tolerance);
  const writers = new AttributedWriters();
  const unchanged = new Map<KeyId, ReadonlyMap<string, number>>();
  const first = new Map<KeyId, Writer>();
  const attributeKey = (key: KeyId, all: readonly Candidate[]): void => {
    const requests = all.filter(inWindow);
    if (requests.length === 0) return;
    const count = keyCount(tally, key);
    const { resource } = count;
    const name = resource ? `${resource.resource}.${resource.group}` : '';
    const asked: AskedKey = {
      ...{ count, requests, tolerance, isCovered },
      timeOf: (revision) => clock.timeOf(revision),
      onlyUser: (manager) => kept.managers.only(name, manager),
    };
    const reading = readings.get(key);
    if (!reading) return void unchanged.set(key, attributeCounts(asked, writers));
    const done = attributeReading(source, reading, asked, writers);
    readings.set(key, done.reading);
    unchanged.set(key, done.unchanged);
    const maker = done.reading.writers?.get(done.reading.revision[0]!)?.writer;
    if (maker) first.set(key, maker);
  };
  for (const { key, requests } of kept.log.byKey()) {
    const more = extra.get(key);
    extra.delete(key);
    attributeKey(key, more ? [...requests, ...more].sort((a, b) => a.answeredAt - b.answeredAt) : requests);
  }
  for (const [key, requests] of extra) attributeKey(key, requests);
  return { keys: store.keys.map(({ id }) => readings.get(id)!), writers, first, clock, unchanged };
}

/** Revisions whose moment a request tells: creations, and updates that name what they were based on. */
function logAnchors(
  { tally }: CountedStore,
  kept: KeptRequests,
  readings: ReadonlyMap<KeyId, KeyReading>,
): ClockAnchor[] {
  const anchors: ClockAnchor[] = [];
  for (const { key, requests } of kept.log.byKey()) {
    const created = requests.filter(({ kind }) => kind === 'create');
    if (created.length === 1) {
      const { creates, firstRevision } = keyCount(tally, key);
      if (creates === 1) anchors.push({ revision: firstRevision, at: created[0]!.answeredAt });
    }
    const reading = readings.get(key);
    if (!reading) continue;
    const places = new Map(Array.from(reading.revision, (revision, i) => [revision, i]));
    for (const { basedOn = -1, became = -1, answeredAt } of requests) {
      const before = places.get(basedOn);
      const revision = places.has(became) ? became : before === undefined ? undefined : reading.revision[before + 1];
      if (revision !== undefined && revision !== basedOn) anchors.push({ revision, at: answeredAt });
    }
  }
  return anchors;
}

/** Requests that do not name their object, given to the keys of their namespace that nobody else made or removed. */
function pooledRequests(
  { tally }: CountedStore,
  { log, unnamed, collections }: KeptRequests,
  clock: RevisionClock,
  tolerance: Millis,
): Map<KeyId, Candidate[]> {
  const pooled = new Map<KeyId, Candidate[]>();
  if (unnamed.size + collections.size === 0) return pooled;
  const give = (key: KeyId, request: Candidate): void => {
    const list = pooled.get(key);
    if (list) list.push(request);
    else pooled.set(key, [request]);
  };
  const made = new Set<KeyId>();
  const removed = new Set<KeyId>();
  for (const { key, requests } of log.byKey()) {
    if (requests.some(({ kind }) => kind === 'create')) made.add(key);
    if (requests.some(({ kind }) => kind === 'delete')) removed.add(key);
  }
  const prefixesOf = (pool: Pool): Set<string> => new Set([...pool.keys()].map((place) => place.split('\n')[0]!));
  const [unnamedPrefixes, collectionPrefixes] = [prefixesOf(unnamed), prefixesOf(collections)];
  const orphans = new Map<string, { readonly id: KeyId; readonly revision: Revision }[]>();
  forEachKey(tally, ({ tally: { columns } }, local, id) => {
    const prefix = tally.prefixes[valueAt(columns.prefix, local)]!;
    const [creates, deletes] = [valueAt(columns.creates, local), valueAt(columns.deletes, local)];
    const wasMade = creates === 1 && unnamedPrefixes.has(prefix) && !made.has(id);
    const wasRemoved = deletes > 0 && collectionPrefixes.has(prefix) && !removed.has(id);
    if (!wasMade && !wasRemoved) return;
    const { resource, firstRevision, lastRevision } = keyCount(tally, id);
    const place = poolOf(prefix, resource?.namespace);
    if (wasMade && unnamed.has(place)) {
      const list = orphans.get(place);
      if (list) list.push({ id, revision: firstRevision });
      else orphans.set(place, [{ id, revision: firstRevision }]);
    }
    const at = clock.timeOf(lastRevision);
    const collector = collections
      .get(place)
      ?.find((request) => at !== undefined && at >= request.at - tolerance && at <= request.answeredAt + tolerance);
    if (wasRemoved && collector) give(id, { ...collector, kind: 'delete', basedOn: undefined, became: undefined });
  });
  for (const [place, keys] of orphans) {
    const requests = (unnamed.get(place) ?? []).sort((a, b) => a.answeredAt - b.answeredAt);
    keys.sort((a, b) => a.revision - b.revision);
    const steps = keys.map(({ revision }) => ({
      ...{ revision, kind: 'create' as const, stamps: [] },
      at: clock.timeOf(revision),
    }));
    align(steps, requests, tolerance).matches.forEach((match, i) => {
      if (match) give(keys[i]!.id, requests[match.request]!);
    });
  }
  return pooled;
}

function auditSources(
  sources: Awaited<ReturnType<typeof readRequests>>['sources'],
  others: readonly string[],
  { source: [store] }: Counted,
  clock: RevisionClock,
): Counted['source'] {
  if (!store) return [];
  const { fromRevision, toRevision, compactRevision } = store;
  return sources.flatMap(({ kind, name, from, to }) => {
    if (kind !== 'audit-log' || others.includes(name) || from === undefined || to === undefined) return [];
    const [first, last] = [clock.revisionAt(from) ?? fromRevision, clock.revisionAt(to) ?? fromRevision];
    if (first > toRevision || last < fromRevision) return [];
    return {
      ...{ kind: 'audit-log' as const, name, compactRevision },
      fromRevision: Math.max(fromRevision, first),
      toRevision: Math.min(toRevision, last),
    };
  });
}
