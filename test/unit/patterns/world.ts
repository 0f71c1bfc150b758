import { rollUp } from '../../../src/causes/roll-up.ts';
import { buildHistory } from '../../../src/history/build-history.ts';
import type { Changes } from '../../../src/history/changes.ts';
import type { Counted } from '../../../src/model/analysis.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { DatabaseFacts } from '../../../src/model/database.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { KeyId, Millis, WriteBatch } from '../../../src/model/write.ts';
import { writeFlags } from '../../../src/model/write.ts';
import type { Writer } from '../../../src/model/writer.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { statedTime } from '../../../src/objects/stated-time.ts';
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
}

export interface WorldOptions extends Pick<Evidence, 'thresholds' | 'accept'> {
  readonly database?: DatabaseFacts;
  /** Leaves the values out of the second pass, as a source without values would. */
  readonly withoutValues?: boolean;
  /** Leaves out what tells the time. */
  readonly withoutClock?: boolean;
}

/** Stored writes -> tally, choice, decoding, history, findings: the functions the pipeline calls, without a file. */
export function judge(
  writes: Iterable<StoredWrite>,
  options: WorldOptions = {},
): { findings: Finding[]; notSeen: string[]; counted: Counted } {
  const all = [...writes];
  const tally = mergeShards([tallied(all)]);
  const chosen = chooseKeys(tally, defaultChoice);
  const last = firstRevision + all.length - 1;
  const counted: Counted = {
    source: [
      {
        kind: 'snapshot',
        name: 'test',
        fromRevision: firstRevision,
        toRevision: last,
        compactRevision: firstRevision - 1,
      },
    ],
    ...(options.database && { database: options.database }),
    ...tallyTotals(tally),
    ...aboutCounts(tally),
    releases: releaseCounts(tally),
    growth: all.length,
    countedRevisions: all.length,
    topKeys: topKeyIds(tally, 1000).map((id) => keyCount(tally, id)),
    anchors: options.withoutClock ? [] : anchorsOf(all),
    chosen: [...chosen].map(([id, { chosenFor }]) => ({ count: keyCount(tally, id), chosenFor })),
    notSeen: [],
  };
  const clock = buildRevisionClock(counted.anchors);
  const observations = options.withoutValues ? new Map<KeyId, Observation[]>() : observed(all, counted, clock.timeOf);
  const changes = new Map<KeyId, Changes>([...observations].map(([key, of]) => [key, buildHistory(of)]));
  const evidence: Evidence = {
    counted,
    hasValues: options.withoutValues !== true,
    changesOf: (key) => changes.get(key),
    clock,
    causes: rollUp(counted),
    ...(options.thresholds && { thresholds: options.thresholds }),
    ...(options.accept && { accept: options.accept }),
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

function tallied(writes: readonly StoredWrite[]): ReturnType<ReturnType<typeof createShardTally>['result']> {
  const keys = createKeyTable(1);
  const tally = createShardTally(keys, createPrefixTable(1), 1);
  const live = new Set<string>();
  const encoder = new TextEncoder();
  writes.forEach(({ key, value }, i) => {
    const name = encoder.encode(key);
    const id = keys.intern(name, 0, name.length);
    const flags = value === undefined ? writeFlags.deleted : live.has(key) ? 0 : writeFlags.created;
    if (value === undefined) live.delete(key);
    else live.add(key);
    tally.add(oneRow(id, firstRevision + i, flags, name.length, value ?? new Uint8Array(0)));
  });
  return tally.result();
}

function oneRow(id: KeyId, revision: number, flags: number, nameSize: number, buffer: Uint8Array): WriteBatch {
  return {
    rows: 1,
    key: Uint32Array.of(id),
    revision: Float64Array.of(revision),
    sub: Uint32Array.of(0),
    bytes: Uint32Array.of(nameSize + buffer.length),
    flags: Uint8Array.of(flags),
    handle: Float64Array.of(0),
    pairSize: Uint32Array.of(0),
    values: { buffer, start: Uint32Array.of(0), size: Uint32Array.of(buffer.length) },
  };
}

function anchorsOf(writes: readonly StoredWrite[]): { revision: number; at: Millis }[] {
  return writes.flatMap(({ key, value }, i) => {
    const at = value && statedTime(decodeObject(value, key));
    return at === undefined ? [] : { revision: firstRevision + i, at };
  });
}

function observed(
  writes: readonly StoredWrite[],
  { chosen }: Counted,
  timeOf: (revision: number) => Millis | undefined,
): Map<KeyId, Observation[]> {
  const ids = new Map(chosen.map(({ count }) => [count.key, count.id]));
  const observations = new Map<KeyId, Observation[]>(chosen.map(({ count }) => [count.id, []]));
  writes.forEach(({ key, value, user }, i) => {
    const id = ids.get(key);
    const list = id === undefined ? undefined : observations.get(id);
    if (id === undefined || !list) return;
    const at = timeOf(firstRevision + i);
    const writer: Writer | undefined =
      user === undefined ? undefined : { name: user, kind: 'user', confidence: 'high' };
    list.push({
      key: id,
      revision: firstRevision + i,
      object: value && decodeObject(value, key, 'salt'),
      ...(at !== undefined && { at }),
      ...(writer && { writer }),
    });
  });
  return observations;
}
