import type { Readable } from 'node:stream';

import { RequestTally } from '../../attribution/request-tally.ts';
import type { Request, RequestSource } from '../../model/request.ts';
import { readAuditLog, type AuditLogFacts } from '../../sources/audit/read-log.ts';
import { readSyncerLog } from '../../sources/syncer-log/read-syncer-log.ts';

/** Where requests are read from. */
export interface RequestLogs {
  /** Files or pipes; "-" is what is piped in. */
  readonly auditLogs: readonly string[];
  readonly syncerLogs: readonly string[];
  readonly stdin: Readable;
  /** Now: klog leaves the year out. */
  readonly now: number;
  readonly onProgress: (what: string) => void;
}

export interface ReadRequests {
  readonly tally: RequestTally;
  readonly sources: readonly RequestSource[];
  /** What of the logs could not be read, one sentence each. */
  readonly notSeen: readonly string[];
}

/** What takes the requests of one audit log; asked for anew for each. */
export type LogListener = (name: string) => { add(request: Request): void; end(facts: AuditLogFacts): void };

/** Reads all logs once, counting what they hold; `listen` sees each request of the audit logs as well. */
export async function readRequests(logs: RequestLogs, listen?: LogListener): Promise<ReadRequests> {
  const tally = new RequestTally();
  const sources: RequestSource[] = [];
  const notSeen: string[] = [];
  for (const file of new Set(logs.auditLogs)) {
    const listener = listen?.(file);
    const facts = await readAuditLog(file, {
      stdin: logs.stdin,
      onRequest(request) {
        tally.add(request);
        listener?.add(request);
      },
      onBytes: (bytes) =>
        logs.onProgress(`reading ${file === '-' ? 'the piped audit log' : file}: ${megabytes(bytes)}`),
    });
    listener?.end(facts);
    const { name, requests, from, to } = facts;
    sources.push({ kind: 'audit-log', name, requests, from, to });
    notSeen.push(...lossesOf(facts));
  }
  for (const file of new Set(logs.syncerLogs)) {
    const facts = await readSyncerLog(file, { ...logs, onRequest: (request) => tally.add(request) });
    sources.push({ kind: 'syncer-log', ...facts });
  }
  return { tally, sources, notSeen };
}

function lossesOf({ name, events, requests, skipped, torn }: AuditLogFacts): string[] {
  return [
    ...(skipped > 0 ? [`${skipped} of ${events + skipped} lines of ${name} hold no audit event and were skipped`] : []),
    ...(torn ? [`${name} ends within an event, which was left out`] : []),
    ...(requests === 0
      ? [
          `${name} holds no finished request that changes anything: its policy leaves them out, or the stage ResponseComplete`,
        ]
      : []),
  ];
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
