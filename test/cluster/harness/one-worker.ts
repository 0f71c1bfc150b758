import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './api-client.ts';

/** Writes one object, once. */
export type Reconcile = () => Promise<Answer>;

export type Worker = {
  /** Writes that went through, and refusals by HTTP status, by key. */
  readonly done: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, readonly number[]>;
  stop(): Promise<void>;
};

/**
 * A controller as client-go makes them, with one worker: a key that fails backs off by itself (5 ms, doubling), the others
 * go on; but where an answer carries retryAfterSeconds the client sleeps, and with it the worker.
 */
export function startWorker(keys: Readonly<Record<string, Reconcile>>, everyMs: number): Worker {
  const done = new Map<string, number>();
  const refused = new Map<string, number[]>();
  const due = new Map(Object.keys(keys).map((key) => [key, 0]));
  const failures = new Map<string, number>();
  const stopping = new AbortController();

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const now = performance.now();
      const [key] = [...due].filter(([, at]) => at <= now).sort((a, b) => a[1] - b[1])[0] ?? [];
      if (key === undefined) {
        await pause(1);
        continue;
      }
      const { status, text } = await keys[key]!();
      const failed = status > 299;
      const times = failed ? (failures.get(key) ?? 0) + 1 : 0;
      failures.set(key, times);
      if (failed) refused.set(key, [...(refused.get(key) ?? []), status]);
      else done.set(key, (done.get(key) ?? 0) + 1);
      const after = /"retryAfterSeconds":\s*(\d+)/.exec(text)?.[1];
      if (after !== undefined) await pause(Number(after) * 1000);
      // client-go's longest is 1000 s; a test does not wait for that.
      due.set(key, performance.now() + (failed ? Math.min(400, 5 * 2 ** times) : everyMs));
    }
  }
  const working = work();
  return {
    done,
    refused,
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
