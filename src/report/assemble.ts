import type { Counted, Timeline } from '../model/analysis.ts';
import type { KeyCount, OwnerCount, PrefixCount, WriterCount } from '../model/counts.ts';
import type { Finding } from '../model/finding.ts';
import type { Millis, Revision } from '../model/write.ts';
import { apiVersion } from './api-version.ts';
import { keyName } from './key-name.ts';
import { isoTime, requestsPart } from './requests.ts';
import type { ChurnReport } from './schema.ts';
import { revisionsShown } from './window.ts';

/** What the report needs of tally/revision-clock. */
export interface ReportClock {
  timeOf(revision: Revision): Millis | undefined;
  readonly errorSeconds: number;
}

export interface ReportParts {
  readonly counted: Counted;
  /** undefined where nothing stored states a time. */
  readonly clock: ReportClock | undefined;
  /** Ranked, gravest first. */
  readonly findings: readonly Finding[];
  /** Most writes first. */
  readonly owners: readonly OwnerCount[];
  /** What patterns could not judge; joined to what the sources did not see. */
  readonly notSeen: readonly string[];
  /** At most so many keys, owners and writers. */
  readonly top: number;
  readonly version?: string;
}

/** Puts what was counted and found into the contract of the output. Pure; never throws. */
export function assembleReport({ counted, clock, findings, owners, notSeen, top, version }: ReportParts): ChurnReport {
  const { totals, database, carved, undecoded } = counted;
  const shareOf = (writes: number): number => (totals.writes === 0 ? 0 : writes / totals.writes);
  const from = revisionsShown(counted.source)?.fromRevision ?? 0;
  const paceOf = (key: KeyCount): number | null => ratePerMinute(key, clock, from);
  return {
    apiVersion,
    kind: 'ChurnReport',
    ...(version === undefined ? {} : { generatedBy: { name: 'kubechurn', version } }),
    ...(counted.attempts ? { counts: 'attempts' as const } : {}),
    source: counted.attempts ? counted.source.map(withoutRevisions) : counted.source,
    ...(database ? { database } : {}),
    totals: {
      revisions: totals.revisions,
      writes: totals.writes,
      deletes: totals.deletes,
      bytes: totals.bytes,
      keys: totals.keys,
      ...(totals.remainder && { remainder: totals.remainder.writes }),
    },
    coverage: {
      counted: counted.countedRevisions,
      growth: counted.growth,
      ratio: ratioOf(counted),
      notSeen: [...new Set([...counted.notSeen, ...notSeen])],
    },
    clock: clockOf(counted, clock),
    undecoded,
    ...(carved ? { carved } : {}),
    resources: counted.prefixes.map((prefix) => resourceEntry(prefix, shareOf)),
    keys: counted.topKeys
      .slice(0, top)
      .map((key) => keyEntry(key, shareOf, paceOf))
      .map((entry) => (counted.attempts ? { ...entry, firstRevision: 0, lastRevision: 0 } : entry)),
    owners: owners.slice(0, top).map((owner) => ownerEntry(owner, shareOf)),
    writers: counted.writers
      .toSorted(byWrites)
      .slice(0, top)
      .map((writer) => writerEntry(writer, shareOf)),
    findings,
    ...(counted.requests ? { requests: requestsPart(counted.requests, top) } : {}),
    ...(counted.timeline ? { timeline: timelineOf(counted.timeline, clock) } : {}),
  };
}

/** Where times stand in for revisions, none is shown. */
function withoutRevisions(source: Counted['source'][number]): Counted['source'][number] {
  return { ...source, fromRevision: 0, toRevision: 0 };
}

/** Requests do not tell how much etcd grew. */
function ratioOf({ attempts, growth, countedRevisions }: Counted): number {
  if (attempts) return 0;
  return growth === 0 ? 1 : countedRevisions / growth;
}

type ShareOf = (writes: number) => number;

function resourceEntry(
  { prefix, group, resource, writes, deletes, bytes, liveKeys }: PrefixCount,
  shareOf: ShareOf,
): ChurnReport['resources'][number] {
  return { prefix, group, resource, writes, deletes, share: shareOf(writes), bytes, liveKeys };
}

function keyEntry(
  count: KeyCount,
  shareOf: ShareOf,
  paceOf: (key: KeyCount) => number | null,
): ChurnReport['keys'][number] {
  const { writes, deletes, bytes, firstRevision, lastRevision } = count;
  return {
    ...keyName(count),
    writes,
    deletes,
    share: shareOf(writes),
    bytes,
    ratePerMinute: paceOf(count),
    firstRevision,
    lastRevision,
    error: 0,
  };
}

function ownerEntry({ owner, writes, bytes, names }: OwnerCount, shareOf: ShareOf): ChurnReport['owners'][number] {
  const { group, kind, namespace = '', name } = owner;
  return { group, kind, namespace, name, writes, share: shareOf(writes), bytes, names };
}

function writerEntry(
  { writer, writes, resources, error }: WriterCount,
  shareOf: ShareOf,
): ChurnReport['writers'][number] {
  return {
    name: writer.name,
    kind: writer.kind,
    confidence: writer.confidence,
    writes,
    share: shareOf(writes),
    resources,
    error,
  };
}

/** Over a minute at least: five writes within a second are no rate of 300 a minute. */
function ratePerMinute(
  { writes, remainder, firstRevision, lastRevision }: KeyCount,
  clock: ReportClock | undefined,
  from: Revision,
): number | null {
  const first = clock?.timeOf(Math.max(from, firstRevision));
  const last = clock?.timeOf(lastRevision);
  if (first === undefined || last === undefined) return null;
  const minutes = Math.max(1, (last - first) / 60_000);
  return Number.isFinite(minutes) ? (writes - (remainder?.writes ?? 0)) / minutes : null;
}

function clockOf({ source }: Counted, clock: ReportClock | undefined): ChurnReport['clock'] {
  const shown = revisionsShown(source);
  if (!clock || !shown) return null;
  const from = isoTime(clock.timeOf(shown.fromRevision));
  const to = isoTime(clock.timeOf(shown.toRevision));
  if (from === null && to === null) return null;
  return { from, to, errorSeconds: Number.isFinite(clock.errorSeconds) ? clock.errorSeconds : null };
}

function timelineOf(
  { edges, prefixes }: Timeline,
  clock: ReportClock | undefined,
): NonNullable<ChurnReport['timeline']> {
  return { edges, times: edges.map((revision) => isoTime(clock?.timeOf(revision))), resources: prefixes };
}

function byWrites(a: WriterCount, b: WriterCount): number {
  if (a.writes !== b.writes) return b.writes - a.writes;
  return a.writer.name < b.writer.name ? -1 : Number(a.writer.name > b.writer.name);
}
