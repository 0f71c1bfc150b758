import { openFile } from '../../sources/snapshot/open-file.ts';
import type { ScanPlan } from '../../sources/snapshot/plan.ts';
import { piecesDone, scanPieces, type ScanOutcome } from '../../sources/snapshot/scan.ts';
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

/** Scans pieces until none is left, telling `onPiece` after each how many all threads have done. */
export function countShard(plan: ScanPlan, seed: number, onPiece?: (done: number) => void): ShardCounts {
  const source = openFile(plan.file);
  try {
    const outlook = (): number => plan.pieces / Math.max(1, piecesDone(plan));
    const keys = createKeyTable(seed, outlook);
    const tally = createShardTally(keys, createPrefixTable(seed), seed, outlook, {
      changes: true,
      timesOfEvery: plan.timesOfEvery,
    });
    const carvedPrefixes = createPrefixTable(seed);
    const carved = createCarvedTally(carvedPrefixes);
    const outcome: ScanOutcome = { livePages: 0, damagedPages: 0, damagedElements: 0 };
    for (const piece of scanPieces(source, plan, keys, carvedPrefixes, outcome)) {
      tally.add(piece.live);
      carved.add(piece.carved);
      onPiece?.(piecesDone(plan));
    }
    return { tally: tally.result(), carved: carved.result(), outcome };
  } finally {
    source.close();
  }
}
