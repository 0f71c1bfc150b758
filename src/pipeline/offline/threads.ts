import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import type { Changes } from '../../history/changes.ts';
import type { KeyId } from '../../model/write.ts';
import type { ScanPlan } from '../../sources/snapshot/plan.ts';
import { buffersOfColumns } from '../../tally/key-columns.ts';
import { buffersOfTable } from '../../tally/key-table.ts';
import { countShard, type ShardCounts } from './count-shard.ts';
import { threadErrors } from './errors.ts';
import { readKeys } from './read-keys.ts';
import type { ReadPlan } from './read-plan.ts';

export interface Threads {
  /** Threads beside this one. */
  readonly extra: number;
  /** The module that a thread starts with: the program itself, whose main hands over to `runThread`. */
  readonly entry: URL;
}

/** This thread and the others, which wait for work until they are dismissed. */
export interface Crew {
  /** Counts all pieces of the file. */
  count(plan: ScanPlan, seed: number, onPiece?: (taken: number) => void): Promise<ShardCounts[]>;
  /** Reads all keys of the plan; the others at once, this thread when its caller waits. */
  read(plan: ReadPlan, onKey?: (taken: number) => void): Promise<Map<KeyId, Changes>>;
  dismiss(): void;
}

type Task =
  | { readonly task: 'count'; readonly plan: ScanPlan; readonly seed: number }
  | { readonly task: 'read'; readonly plan: ReadPlan };

/** Starts the threads; they are ready when the first task reaches them. What fails in one rejects the task at hand. */
export function startCrew({ extra, entry }: Threads): Crew {
  const others = Array.from({ length: extra }, () => startThread(entry));
  return {
    async count(plan, seed, onPiece) {
      const theirs = others.map((thread) => thread.do<ShardCounts>({ task: 'count', plan, seed }));
      const ours = countShard(plan, seed, onPiece);
      return [ours, ...(await Promise.all(theirs))];
    },
    async read(plan, onKey) {
      const theirs = others.map((thread) => thread.do<[KeyId, Changes][]>({ task: 'read', plan }));
      // Back to the caller, who may have work of its own meanwhile.
      await Promise.resolve();
      const ours = readKeys(plan, onKey);
      return new Map([ours, ...(await Promise.all(theirs))].flat());
    },
    dismiss: () => others.forEach((thread) => thread.end()),
  };
}

interface Thread {
  do<Result>(task: Task): Promise<Result>;
  end(): void;
}

function startThread(entry: URL): Thread {
  const worker = new Worker(entry, { workerData: threadMark });
  let failed: Error | undefined;
  let fail = (error: Error): void => void (failed = error);
  worker.on('error', (error: Error) => fail(error));
  worker.on('messageerror', (error) => fail(threadErrors.answerLost(error.message)));
  worker.on('exit', (code) => fail(new Error(`a thread ended with code ${code}`)));
  return {
    // The answer is what `runThread` makes of the task: one thread, one task at a time.
    do: (task) =>
      new Promise((resolve, reject) => {
        fail = reject;
        if (failed) return reject(failed);
        worker.once('message', resolve);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(task);
      }),
    end() {
      fail = () => undefined;
      void worker.terminate();
    },
  };
}

const threadMark = 'kubechurn';

/** In a thread's entry: does the tasks it is given until it is ended. */
export function runThread(): void {
  const port = parentPort;
  if (isMainThread || workerData !== threadMark || port === null) return;
  port.on('message', (task: Task) => {
    if (task.task === 'read') return port.postMessage(readKeys(task.plan));
    const counts = countShard(task.plan, task.seed);
    port.postMessage(counts, buffersOf(counts));
  });
}

/** All memory that can be moved instead of copied. */
function buffersOf({ tally, carved }: ShardCounts): ArrayBuffer[] {
  const { keys, columns, abouts, changes, revisions, times } = tally;
  return [
    ...buffersOfColumns(columns),
    ...[keys, abouts].flatMap(buffersOfTable),
    ...[revisions.slots, revisions.words, times.revision, times.at].map(({ buffer }) => buffer),
    ...[...changes.chunks, carved.position, carved.prefix].map(({ buffer }) => buffer),
  ];
}
