import type { ClockAnchor, Counted } from '../../model/analysis.ts';
import type { KeyId } from '../../model/write.ts';
import { planScan, type SnapshotFacts } from '../../sources/snapshot/plan.ts';
import type { OpenedSnapshot } from '../../sources/snapshot/trailing-hash.ts';
import { aboutCounts } from '../../tally/about-counts.ts';
import { maxCarvedRows, mergeCarved } from '../../tally/carved-tally.ts';
import { chooseKeys, defaultChoice, type Choice, type ChoiceLimits } from '../../tally/choose-keys.ts';
import { keyCount, topKeyIds } from '../../tally/key-counts.ts';
import { mergeShards, type MergedTally } from '../../tally/merge-shards.ts';
import { releaseCounts } from '../../tally/release-counts.ts';
import { timelineOf } from '../../tally/timeline.ts';
import { tallyTotals } from '../../tally/totals.ts';
import type { ShardCounts } from './count-shard.ts';
import type { Crew } from './threads.ts';

export interface CountOptions {
  readonly crew: Crew;
  /** Makes the key tables' collisions unpredictable; the counts do not depend on it. */
  readonly seed: number;
  /** Keys to name, most writes first. */
  readonly top: number;
  readonly choice?: ChoiceLimits;
  /** Look into free pages for what compaction erased. */
  readonly carve: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface CountedSnapshot {
  readonly tally: MergedTally;
  readonly chosen: ReadonlyMap<KeyId, Choice>;
  /** Adds the counts up by prefix, owner and writer, which takes a moment. */
  sumUp(anchors: readonly ClockAnchor[]): Counted;
}

/** First pass: every change of the file counted by key, and the keys chosen that are worth reading in full. */
export async function countSnapshot(snapshot: OpenedSnapshot, options: CountOptions): Promise<CountedSnapshot> {
  const facts = planScan(snapshot, options.carve);
  const { pieces } = facts.plan;
  const shards = await options.crew.count(facts.plan, options.seed, (taken) => options.onProgress?.(taken, pieces));
  const tally = mergeShards(
    shards.map((shard) => shard.tally),
    facts.state.compactRevision,
  );
  const choice = chooseKeys(tally, options.choice ?? defaultChoice);
  return {
    tally,
    chosen: choice,
    sumUp: (anchors) => ({ ...countedOf(snapshot, facts, shards, tally, choice, options.top), anchors }),
  };
}

function countedOf(
  snapshot: OpenedSnapshot,
  facts: SnapshotFacts,
  shards: readonly ShardCounts[],
  tally: MergedTally,
  choice: ReturnType<typeof chooseKeys>,
  top: number,
): Omit<Counted, 'anchors'> {
  const { state, meta } = facts;
  const { first: fromRevision, last: toRevision } = tally.revisions.bounds();
  const growthFrom = Math.max(state.compactRevision, initialRevision);
  const carved = mergeCarved(
    shards.map((shard) => shard.carved),
    tally.revisions,
  );
  const timeline = timelineOf(tally);
  return {
    source: [
      { kind: 'snapshot', name: snapshot.file, fromRevision, toRevision, compactRevision: state.compactRevision },
    ],
    database: {
      sizeBytes: facts.sizeBytes,
      inUseBytes: inUseBytes(facts, shards),
      quotaBytes: null,
      quotaSource: 'a database file does not hold the quota',
      alarms: state.alarms,
    },
    ...tallyTotals(tally),
    growth: Math.max(0, toRevision - growthFrom),
    countedRevisions: tally.revisions.count(growthFrom),
    topKeys: topKeyIds(tally, top).map((id) => keyCount(tally, id)),
    ...aboutCounts(tally),
    releases: releaseCounts(tally),
    chosen: [...choice].map(([id, { chosenFor }]) => ({ count: keyCount(tally, id), chosenFor })),
    ...(carved.writes > 0 && { carved }),
    ...(timeline && { timeline }),
    notSeen: [...facts.damage, ...damageOf(shards, meta.pageSize), ...limitsReached(shards)],
  };
}

/** As etcd's dbSizeInUse: the file without its free pages. */
function inUseBytes({ sizeBytes, meta, otherPages }: SnapshotFacts, shards: readonly ShardCounts[]): number {
  const used = shards.reduce((sum, { outcome }) => sum + outcome.livePages, otherPages);
  // Less than meta.pages where the file was cut short.
  const pages = Math.min(meta.pages, Math.floor(sizeBytes / meta.pageSize));
  return sizeBytes - Math.max(0, pages - used) * meta.pageSize;
}

/** A new etcd is at revision 1; its first write makes 2. */
const initialRevision = 1;

function damageOf(shards: readonly ShardCounts[], pageSize: number): string[] {
  const pages = shards.reduce((sum, { outcome }) => sum + outcome.damagedPages, 0);
  const elements = shards.reduce((sum, { outcome }) => sum + outcome.damagedElements, 0);
  return [
    ...(pages > 0 ? [`${pages} leaf pages of ${pageSize} bytes are damaged: their changes were skipped`] : []),
    ...(elements > 0 ? [`${elements} changes are damaged and were skipped`] : []),
  ];
}

function limitsReached(shards: readonly ShardCounts[]): string[] {
  return shards.some(({ carved }) => carved.count >= maxCarvedRows)
    ? ['more changes lie in free pages than were counted']
    : [];
}
