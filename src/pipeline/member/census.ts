import type { Counted } from '../../model/analysis.ts';
import type { KeyCount, PrefixCount } from '../../model/counts.ts';
import type { DatabaseFacts } from '../../model/database.ts';
import type { Revision } from '../../model/write.ts';
import type { KeyValueHead } from '../../mvcc/key-value-head.ts';
import { parseKey } from '../../objects/keys.ts';
import type { CensusReport } from '../../report/text/census.ts';
import type { CensusCounter, TakenCensus } from '../../sources/census/take-census.ts';
import { createBest } from '../../tally/best.ts';
import { createPrefixTable } from '../../tally/prefix-table.ts';

/** Below this share of the revisions explained, short-lived keys may have made most of them: no culprit is named. */
export const namesCulpritsFrom = 0.7;

interface CensusKey {
  readonly key: string;
  readonly version: number;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
}

export interface CensusCounts extends CensusCounter {
  readonly keys: number;
  /** Of living keys, since each was created. */
  readonly writes: number;
  prefixes(): PrefixCount[];
  /** Most writes first; among equals by name. */
  top(): readonly CensusKey[];
}

/** Counts what a census meets; keeps the `limit` keys with most writes. */
export function createCensusCounts(seed: number, limit: number): CensusCounts {
  const table = createPrefixTable(seed);
  const sums: { writes: number; keys: number; first: Revision; last: Revision }[] = [];
  const best = createBest<CensusKey>(limit, (a, b) => b.version - a.version || (a.key < b.key ? -1 : 1));
  const decoder = new TextDecoder();
  let keys = 0;
  let writes = 0;
  /** Of the keys offered so far, a lower bound for those worth making a string of. */
  let least = 0;
  return {
    get keys() {
      return keys;
    },
    get writes() {
      return writes;
    },
    add(message: Uint8Array, head: Readonly<KeyValueHead>): void {
      const { keyStart, keyEnd, version, createRevision, modRevision } = head;
      keys++;
      writes += version;
      const prefix = table.intern(message, keyStart, keyEnd);
      const sum = (sums[prefix] ??= { writes: 0, keys: 0, first: Infinity, last: 0 });
      sum.writes += version;
      sum.keys++;
      sum.first = Math.min(sum.first, createRevision);
      sum.last = Math.max(sum.last, modRevision);
      if (version < least) return;
      best.offer({ key: decoder.decode(message.subarray(keyStart, keyEnd)), version, createRevision, modRevision });
      // Sorting costs, so the bound is raised now and then only.
      if (keys % 4096 === 0) least = best.sorted()[limit - 1]?.version ?? 0;
    },
    prefixes: () =>
      sums
        .map((sum, i) => prefixCount(table.names[i]!, sum))
        .sort((a, b) => b.writes - a.writes || (a.prefix < b.prefix ? -1 : 1)),
    top: () => best.sorted(),
  };
}

function prefixCount(
  prefix: string,
  { writes, keys, first, last }: { writes: number; keys: number; first: Revision; last: Revision },
): PrefixCount {
  const { group = '', resource = '' } = parseKey(`${prefix}/namespace/name`).resource ?? {};
  return {
    prefix,
    group,
    resource,
    writes,
    keys,
    liveKeys: keys,
    creates: keys,
    deletes: 0,
    bytes: 0,
    firstRevision: first,
    lastRevision: last,
  };
}

/** The first revision of an empty etcd is 1. */
const revisionsSinceBirth = (revision: Revision): number => Math.max(0, revision - 1);

export function censusShare({ revision, counter }: TakenCensus<CensusCounts>): number {
  const growth = revisionsSinceBirth(revision);
  return growth === 0 ? 1 : Math.min(1, counter.writes / growth);
}

/** The short answer that precedes the report. */
export function provisionalAnswer(census: TakenCensus<CensusCounts>, at: string, rows: number): CensusReport {
  const { counter, revision } = census;
  const share = censusShare(census);
  const names = share >= namesCulpritsFrom;
  return {
    at,
    revision,
    keys: counter.keys,
    writes: counter.writes,
    share,
    culprits: names
      ? counter
          .top()
          .slice(0, rows)
          .map(({ key, version }) => ({ key, writes: version, share: version / Math.max(1, counter.writes) }))
      : [],
  };
}

/** Everything that can be said where only the census could be taken. */
export function countedByCensus(
  census: TakenCensus<CensusCounts>,
  { name, compactRevision, database }: { name: string; compactRevision: Revision; database: DatabaseFacts },
): Counted {
  const { counter, revision } = census;
  const growth = revisionsSinceBirth(revision);
  return {
    source: [{ kind: 'etcd', name, fromRevision: Math.min(2, revision), toRevision: revision, compactRevision }],
    database,
    totals: {
      revisions: Math.min(counter.writes, growth),
      writes: counter.writes,
      creates: counter.keys,
      deletes: 0,
      bytes: 0,
      keys: counter.keys,
    },
    growth,
    countedRevisions: Math.min(counter.writes, growth),
    prefixes: counter.prefixes(),
    topKeys: counter.top().map(keyCountOf),
    writers: [],
    abouts: [],
    edges: [],
    events: [],
    anchors: [],
    chosen: [],
    undecoded: { encrypted: 0, unknown: 0 },
    notSeen: [
      'only living keys were counted, each since it was created, by a census that reads no values: sizes, deleted keys, writers and fields are unknown',
    ],
  };
}

function keyCountOf({ key, version, createRevision, modRevision }: CensusKey, id: number): KeyCount {
  const { prefix, resource } = parseKey(key);
  return {
    id,
    key,
    resource,
    prefix,
    writes: version,
    creates: 1,
    deletes: 0,
    bytes: 0,
    maxBytes: 0,
    firstRevision: createRevision,
    lastRevision: modRevision,
    live: true,
    about: undefined,
    writer: undefined,
  };
}
