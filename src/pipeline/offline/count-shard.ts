import { openFile } from '../../sources/snapshot/open-file.ts';
import type { ScanPlan } from '../../sources/snapshot/plan.ts';
import { scanPieces, type ScanOutcome } from '../../sources/snapshot/scan.ts';
import { createCarvedTally, type CarvedTally } from '../../tally/carved-tally.ts';
import { createKeyTable } from '../../tally/key-table.ts';
import { createPrefixTable } from '../../tally/prefix-table.ts';
import { createShardTally, type ShardTally } from '../../tally/shard-tally.ts';

/** What one thread found in its pieces of the file. */
export interface ShardCounts {
  readonly tally: ShardTally;
  readonly carved: CarvedTally;
  readonly outcome: ScanOutcome;
}

/** Scans pieces until none is left, telling `onPiece` after each how many were taken so far by all threads. */
export function countShard(plan: ScanPlan, seed: number, onPiece?: (taken: number) => void): ShardCounts {
  const source = openFile(plan.file);
  try {
    const outlook = (): number => plan.pieces / Math.max(1, Math.min(plan.pieces, Atomics.load(plan.nextPiece, 0)));
    const keys = createKeyTable(seed, outlook);
    const tally = createShardTally(keys, createPrefixTable(seed), seed, outlook);
    const carvedPrefixes = createPrefixTable(seed);
    const carved = createCarvedTally(carvedPrefixes);
    const outcome: ScanOutcome = { livePages: 0, damagedPages: 0, damagedElements: 0 };
    for (const piece of scanPieces(source, plan, keys, carvedPrefixes, outcome)) {
      tally.add(piece.live);
      carved.add(piece.carved);
      onPiece?.(Atomics.load(plan.nextPiece, 0));
    }
    return { tally: tally.result(), carved: carved.result(), outcome };
  } finally {
    source.close();
  }
}
