import { Readable } from 'node:stream';
import type { JsonObject } from '../../../src/model/json.ts';
import { triageAuditLogs } from '../../../src/pipeline/requests/triage-logs.ts';
import type { ChurnReport } from '../../../src/report/schema.ts';
import { auditLine } from '../sources/audit/audit-lines.ts';

const noon = Date.UTC(2026, 2, 1, 12);

export interface Attempt {
  /** Seconds since noon. */
  readonly at: number;
  readonly user: string;
  readonly userAgent?: string;
  readonly verb?: string;
  readonly ref?: JsonObject;
  readonly code?: number;
  readonly reason?: string;
}

/** One line of an audit log. */
export function attempt({
  at,
  user,
  userAgent = 'agent/1',
  verb = 'update',
  ref,
  code = 200,
  reason,
}: Attempt): string {
  const moment = new Date(noon + at * 1000).toISOString();
  return auditLine({
    ...{ user: { username: user }, userAgent, verb, requestReceivedTimestamp: moment, stageTimestamp: moment },
    objectRef: ref ?? { resource: 'configmaps', namespace: 'shop', name: 'queue', resourceVersion: '7' },
    responseStatus: { metadata: {}, code, ...(reason !== undefined && { status: 'Failure', reason }) },
  });
}

/** A log's lines -> the report, as the command makes it. */
function reportOn(lines: readonly string[], kind: 'audit' | 'syncer' = 'audit'): Promise<ChurnReport> {
  return triageAuditLogs({
    requests: {
      auditLogs: kind === 'audit' ? ['-'] : [],
      syncerLogs: kind === 'syncer' ? ['-'] : [],
      stdin: Readable.from([lines.map((line) => `${line}\n`).join('')], { objectMode: false }),
      now: noon,
      onProgress: () => undefined,
    },
    ...{ top: 20, version: 'test' },
  });
}

export async function findingsOn(
  lines: readonly string[],
  kind?: 'audit' | 'syncer',
): Promise<readonly ChurnReport['findings'][number][]> {
  return (await reportOn(lines, kind)).findings;
}

/** So many times, evenly over so many seconds. */
export function repeatedly(times: number, seconds: number, line: (at: number) => string): string[] {
  return Array.from({ length: times }, (_, i) => line((i * seconds) / times));
}
