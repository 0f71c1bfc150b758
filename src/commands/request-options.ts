import { Option, type Command } from 'commander';

import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { RequestLogs } from '../pipeline/requests/read-logs.ts';

const requestErrors = {
  stdinTwice: problem('TRIAGE_STDIN_TWICE', () => 'only one log can be piped in: give the others as files', 2),
} satisfies ErrorCatalogue;

export interface RequestOptions {
  readonly auditLog?: readonly string[];
  readonly syncerLog?: readonly string[];
}

export function addRequestOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--audit-log <files...>',
        "the API server's audit log, rotated files too, plain or gzip; - for a pipe: says who asked for each write",
      ),
    )
    .addOption(new Option('--syncer-log <files...>', "the log of a vCluster's syncer: says what it fails to sync"));
}

export function hasRequestLogs({ auditLog = [], syncerLog = [] }: RequestOptions): boolean {
  return auditLog.length + syncerLog.length > 0;
}

/** undefined where no log was given. */
export function requestLogs(options: RequestOptions, onProgress: (what: string) => void): RequestLogs | undefined {
  const { auditLog = [], syncerLog = [] } = options;
  if (!hasRequestLogs(options)) return undefined;
  if ([...auditLog, ...syncerLog].filter((file) => file === '-').length > 1) throw requestErrors.stdinTwice();
  return { auditLogs: auditLog, syncerLogs: syncerLog, stdin: process.stdin, now: Date.now(), onProgress };
}
