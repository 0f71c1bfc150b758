import { setTimeout as pause } from 'node:timers/promises';
import { connect } from './client.ts';
import type { Acknowledged } from './fill.ts';

export interface WriterResult {
  readonly acknowledged: Acknowledged;
  readonly failed: number;
  readonly longestMs: number;
}

export interface Writer {
  /** Writes acknowledged so far. */
  count(): number;
  stop(): Promise<WriterResult>;
}

/** Writes a new key every 20 ms, in turn through each endpoint, until it is stopped; remembers what was acknowledged. */
export function startWriter(endpoints: readonly string[]): Writer {
  const clients = endpoints.map(connect);
  const acknowledged: Acknowledged = new Map();
  const stopping = new AbortController();
  let failed = 0;
  let longestMs = 0;
  const write = async (): Promise<void> => {
    for (let n = 0; !stopping.signal.aborted; n += 1) {
      const key = `/registry/configmaps/team-a/written-${n}`;
      const began = performance.now();
      try {
        await clients[n % clients.length]!.put(key, String(n));
        acknowledged.set(key, String(n));
      } catch {
        failed += 1;
      }
      longestMs = Math.max(longestMs, performance.now() - began);
      await pause(20);
    }
  };
  const writing = write();
  return {
    count: () => acknowledged.size,
    async stop() {
      stopping.abort();
      await writing;
      for (const client of clients) client.close();
      return { acknowledged, failed, longestMs };
    },
  };
}
