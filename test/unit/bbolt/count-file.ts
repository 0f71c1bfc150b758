import { planScan, type ScanPlan, type SnapshotFacts } from '../../../src/sources/snapshot/plan.ts';
import { scanPieces, type ScanOutcome } from '../../../src/sources/snapshot/scan.ts';
import type { OpenedSnapshot } from '../../../src/sources/snapshot/trailing-hash.ts';
import { createCarvedTally, type CarvedTally } from '../../../src/tally/carved-tally.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { createPrefixTable } from '../../../src/tally/prefix-table.ts';
import { createShardTally, type ShardTally } from '../../../src/tally/shard-tally.ts';

export interface CountedFile {
  readonly facts: SnapshotFacts;
  readonly tallies: readonly ShardTally[];
  readonly carved: readonly CarvedTally[];
  readonly outcomes: readonly ScanOutcome[];
}

export interface Sharding {
  readonly shards: number;
  readonly seed: number;
  /** Which of so many shards takes the next piece. */
  readonly turn: (among: number) => number;
}

/** What threads do, in one: they take pieces in turn, in whatever order `turn` says. */
export function countFile(snapshot: OpenedSnapshot, { shards, seed, turn }: Sharding): CountedFile {
  const facts = planScan(snapshot, true);
  const all = Array.from({ length: shards }, () => startShard(snapshot, facts.plan, seed));
  const scanning = [...all];
  while (scanning.length > 0) {
    const at = turn(scanning.length);
    if (!scanning[at]!.step()) scanning.splice(at, 1);
  }
  return {
    facts,
    tallies: all.map(({ tally }) => tally.result()),
    carved: all.map(({ carved }) => carved.result()),
    outcomes: all.map(({ outcome }) => outcome),
  };
}

function startShard({ source }: OpenedSnapshot, plan: ScanPlan, seed: number) {
  const keys = createKeyTable(seed);
  const tally = createShardTally(keys, createPrefixTable(seed), seed, undefined, { changes: true, timesOfEvery: 2 });
  const carvedPrefixes = createPrefixTable(seed);
  const carved = createCarvedTally(carvedPrefixes);
  const outcome: ScanOutcome = { livePages: 0, damagedPages: 0, damagedElements: 0 };
  const pieces = scanPieces(source, plan, keys, carvedPrefixes, outcome);
  return {
    tally,
    carved,
    outcome,
    /** False where no piece is left. */
    step(): boolean {
      const next = pieces.next();
      if (next.done) return false;
      tally.add(next.value.live);
      carved.add(next.value.carved);
      return true;
    },
  };
}
