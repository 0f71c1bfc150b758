import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import type { ScanPlan } from '../../sources/snapshot/plan.ts';
import type { ShardTally } from '../../tally/shard-tally.ts';
import { countShard, type ShardCounts } from './count-shard.ts';

interface ShardTask {
  readonly task: 'count-shard';
  readonly plan: ScanPlan;
  readonly seed: number;
}

export interface Threads {
  /** Threads beside this one. */
  readonly extra: number;
  /** The module that a thread starts with: the program itself, whose main hands over to `runShardTask`. */
  readonly entry: URL;
}

/** Counts all pieces of the file, this thread included. Rejects where a thread fails. */
export async function countShards(
  plan: ScanPlan,
  seed: number,
  { extra, entry }: Threads,
  onPiece?: (taken: number) => void,
): Promise<ShardCounts[]> {
  const others = Array.from({ length: extra }, () => inThread(entry, { task: 'count-shard', plan, seed }));
  const own = countShard(plan, seed, onPiece);
  return [own, ...(await Promise.all(others))];
}

/** In a thread's entry: does the task it was started for. False where this is no such thread. */
export function runShardTask(): boolean {
  if (isMainThread || !isShardTask(workerData) || parentPort === null) return false;
  const counts = countShard(workerData.plan, workerData.seed);
  parentPort.postMessage(counts, buffersOf(counts));
  return true;
}

function isShardTask(data: unknown): data is ShardTask {
  return data instanceof Object && 'task' in data && data.task === 'count-shard';
}

function inThread(entry: URL, task: ShardTask): Promise<ShardCounts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a scanning thread ended with code ${code}`)));
  });
}

/** All memory that can be moved instead of copied. */
function buffersOf({ tally, carved }: ShardCounts): ArrayBuffer[] {
  const { keys, columns, abouts, rows }: ShardTally = tally;
  return [
    keys.hashes.buffer,
    keys.ends.buffer,
    keys.arena.buffer,
    ...Object.values(columns).map((column: Uint8Array<ArrayBuffer>) => column.buffer),
    abouts.hashes.buffer,
    abouts.ends.buffer,
    abouts.arena.buffer,
    rows.key.buffer,
    rows.position.buffer,
    rows.handle.buffer,
    rows.pairSize.buffer,
    carved.position.buffer,
    carved.prefix.buffer,
  ];
}
