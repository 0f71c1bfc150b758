import { buildHistory } from '../../../src/history/build-history.ts';
import type { Changes } from '../../../src/history/changes.ts';
import type { Counted } from '../../../src/model/analysis.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { DatabaseFacts } from '../../../src/model/database.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { KeyId, Millis, Revision } from '../../../src/model/write.ts';
import { writeFlags } from '../../../src/model/write.ts';
import type { Writer } from '../../../src/model/writer.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { createIdentifier } from '../../../src/objects/identify.ts';
import { parseKey } from '../../../src/objects/keys.ts';
import type { Evidence } from '../../../src/patterns/find-causes.ts';
import { findCauses } from '../../../src/patterns/find-causes.ts';
import { aboutCounts } from '../../../src/tally/about-counts.ts';
import { chooseKeys, defaultChoice } from '../../../src/tally/choose-keys.ts';
import { keyCount, topKeyIds } from '../../../src/tally/key-counts.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { mergeShards } from '../../../src/tally/merge-shards.ts';
import { createPrefixTable } from '../../../src/tally/prefix-table.ts';
import { releaseCounts } from '../../../src/tally/release-counts.ts';
import { buildRevisionClock } from '../../../src/tally/revision-clock.ts';
import { createShardTally } from '../../../src/tally/shard-tally.ts';
import { tallyTotals } from '../../../src/tally/totals.ts';

/** One change as etcd stores it; no value is a deletion. */
export interface StoredWrite {
  readonly key: string;
  readonly value?: Uint8Array;
  readonly at: Millis;
  /** The authenticated user, where an audit log was joined. */
  readonly user?: string;
  /** The field manager that the user's request gave. */
  readonly manager?: string;
}

export interface WorldOptions extends Pick<Evidence, 'thresholds'> {
  readonly database?: DatabaseFacts;
  /** Leaves the values out of the second pass, as a source without values would. */
  readonly withoutValues?: boolean;
  /** Leaves out what tells the time. */
  readonly withoutClock?: boolean;
  /** Compacts what is older: of each living key its last write is left. */
  readonly retainedFrom?: Millis;
}

interface Row extends StoredWrite {
  readonly revision: Revision;
  readonly flags: number;
}

/** Stored writes -> tally, choice, decoding, history, findings: the functions the pipeline calls, without a file. */
export function judge(
  writes: Iterable<StoredWrite>,
  options: WorldOptions = {},
): { findings: Finding[]; notSeen: string[]; counted: Counted } {
  const written = numbered([...writes]);
  const { rows: all, compactRevision } = compacted(written, options.retainedFrom);
  const tally = mergeShards([tallied(all)], compactRevision);
  const chosen = chooseKeys(tally, defaultChoice);
  const counted: Counted = {
    source: [
      {
        kind: 'snapshot',
        name: 'test',
        fromRevision: all[0]?.revision ?? firstRevision,
        toRevision: firstRevision + written.length - 1,
        compactRevision,
      },
    ],
    ...(options.database && { database: options.database }),
    ...tallyTotals(tally),
    ...aboutCounts(tally),
    releases: releaseCounts(tally),
    growth: firstRevision + written.length - 1 - compactRevision,
    countedRevisions: all.filter(({ revision }) => revision > compactRevision).length,
    topKeys: topKeyIds(tally, 1000).map((id) => keyCount(tally, id)),
    anchors: options.withoutClock ? [] : anchorsOf(all),
    chosen: [...chosen].map(([id, { chosenFor }]) => ({ count: keyCount(tally, id), chosenFor })),
    notSeen: [],
  };
  const clock = buildRevisionClock(counted.anchors, compactRevision);
  const observations = options.withoutValues ? new Map<KeyId, Observation[]>() : observed(all, counted, clock.timeOf);
  const changes = new Map<KeyId, Changes>([...observations].map(([key, of]) => [key, buildHistory(of)]));
  const evidence: Evidence = {
    counted,
    hasValues: options.withoutValues !== true,
    changesOf: (key) => changes.get(key),
    clock,
    ...(options.thresholds && { thresholds: options.thresholds }),
  };
  return { ...findCauses(evidence), counted };
}

/** The one finding of a pattern; fails on several. */
export function findingOf(findings: readonly Finding[], pattern: string): Finding | undefined {
  const found = findings.filter((finding) => finding.pattern === pattern);
  if (found.length > 1)
    throw new Error(`${found.length} findings of ${pattern}: ${found.map(({ subject }) => subject.name).join(', ')}`);
  return found[0];
}

/** A new cluster has written some revisions before anything of interest happens. */
const firstRevision = 1000;

function numbered(writes: readonly StoredWrite[]): Row[] {
  const live = new Set<string>();
  return writes.map((write, i) => {
    const { key, value } = write;
    const flags = value === undefined ? writeFlags.deleted : live.has(key) ? 0 : writeFlags.created;
    if (value === undefined) live.delete(key);
    else live.add(key);
    return { ...write, revision: firstRevision + i, flags };
  });
}

/** As etcd compacts: at and below the revision the last write of each key stays, unless it is a deletion. */
function compacted(
  rows: readonly Row[],
  retainedFrom = -Infinity,
): { rows: readonly Row[]; compactRevision: Revision } {
  const kept = rows.filter(({ at }) => at >= retainedFrom);
  const compactRevision = (kept[0]?.revision ?? firstRevision + rows.length) - 1;
  const last = new Map(rows.filter(({ at }) => at < retainedFrom).map((row) => [row.key, row]));
  const left = [...last.values()].filter(({ value }) => value !== undefined);
  return { rows: [...left.sort((a, b) => a.revision - b.revision), ...kept], compactRevision };
}

function tallied(rows: readonly Row[]): ReturnType<ReturnType<typeof createShardTally>['result']> {
  const keys = createKeyTable(1);
  const tally = createShardTally(keys, createPrefixTable(1), 1);
  const encoder = new TextEncoder();
  const names = rows.map(({ key }) => encoder.encode(key));
  const sizes = rows.map(({ value }) => value?.length ?? 0);
  const buffer = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const start = new Uint32Array(rows.length);
  let at = 0;
  rows.forEach(({ value }, i) => {
    start[i] = at;
    if (value) buffer.set(value, at);
    at += sizes[i] ?? 0;
  });
  tally.add({
    rows: rows.length,
    key: Uint32Array.from(names, (name) => keys.intern(name, 0, name.length)),
    revision: Float64Array.from(rows, ({ revision }) => revision),
    sub: new Uint32Array(rows.length),
    bytes: Uint32Array.from(names, (name, i) => name.length + (sizes[i] ?? 0)),
    flags: Uint8Array.from(rows, ({ flags }) => flags),
    handle: new Float64Array(rows.length),
    pairSize: new Uint32Array(rows.length),
    values: { buffer, start, size: Uint32Array.from(sizes) },
  });
  return tally.result();
}

/** So many say what time it is; more of them change nothing but the time of the test. */
const anchorsWanted = 2_000;

function anchorsOf(rows: readonly Row[]): { revision: Revision; at: Millis }[] {
  const every = Math.ceil(rows.length / anchorsWanted);
  const identifier = createIdentifier(createKeyTable(1));
  return rows.flatMap(({ key, value, revision }) => {
    if (value === undefined || revision % every > 0) return [];
    const { at } = identifier.identify(value, 0, value.length, parseKey(key).prefix);
    return at === undefined ? [] : { revision, at };
  });
}

function observed(
  rows: readonly Row[],
  { chosen }: Counted,
  timeOf: (revision: number) => Millis | undefined,
): Map<KeyId, Observation[]> {
  const ids = new Map(chosen.map(({ count }) => [count.key, count.id]));
  const observations = new Map<KeyId, Observation[]>(chosen.map(({ count }) => [count.id, []]));
  rows.forEach(({ key, value, user, manager, revision }) => {
    const id = ids.get(key);
    const list = id === undefined ? undefined : observations.get(id);
    if (id === undefined || !list) return;
    const at = timeOf(revision);
    const writer: Writer | undefined =
      user === undefined ? undefined : { name: user, kind: 'user', confidence: 'high' };
    list.push({
      key: id,
      revision,
      object: value && decodeObject(value, key, 'salt'),
      ...(at !== undefined && { at }),
      ...(writer && { writer }),
      ...(manager !== undefined && { manager }),
    });
  });
  return observations;
}
