import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

import { Command, InvalidArgumentError, Option } from 'commander';

import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import { triageSnapshot } from '../pipeline/offline/triage.ts';
import { reportJson } from '../report/json/report-json.ts';
import { wantsColour } from '../report/text/palette.ts';
import { reportText } from '../report/text/report-text.ts';
import type { ChurnReport } from '../report/schema.ts';
import { startProgress } from './progress.ts';

const triageErrors = {
  noSource: problem(
    'TRIAGE_NO_SOURCE',
    () => `nothing to read: give --snapshot FILE, etcd's member/snap/db or what "etcdctl snapshot save" made`,
    2,
  ),
} satisfies ErrorCatalogue;

interface TriageOptions {
  readonly snapshot?: string;
  readonly output: 'text' | 'wide' | 'json';
  readonly top: number;
  readonly skipHashCheck: boolean;
}

export interface Program {
  readonly version: string;
  /** The module that a worker thread starts with. */
  readonly entry: URL;
}

export function triageCommand(program: Program): Command {
  return new Command('triage')
    .description('say who fills an etcd, why, and what to change')
    .option('--snapshot <file>', `a database file: etcd's member/snap/db, or what "etcdctl snapshot save" made`)
    .addOption(
      new Option('-o, --output <format>', 'how to print the report').choices(['text', 'wide', 'json']).default('text'),
    )
    .option('--top <n>', 'rows of keys, owners and writers', wholeNumber, 20)
    .option('--skip-hash-check', 'read a snapshot whose SHA-256 does not match', false)
    .action(async (options: TriageOptions) => {
      if (options.snapshot === undefined) throw triageErrors.noSource();
      const progress = startProgress(process.stderr);
      try {
        const report = await triageSnapshot({
          file: options.snapshot,
          top: options.top,
          skipHashCheck: options.skipHashCheck,
          threads: { extra: Math.min(availableParallelism(), maxThreads) - 1, entry: program.entry },
          seed: randomBytes(4).readUInt32LE(),
          salt: randomBytes(16).toString('hex'),
          version: program.version,
          onProgress: (what, done, total) =>
            progress.update({ what, ...(done !== undefined && { done }), ...(total !== undefined && { total }) }),
        });
        progress.end();
        print(rendered(report, options));
      } finally {
        progress.end();
      }
    });
}

/** More threads than this only wait for the same disk. */
const maxThreads = 4;

function rendered(report: ChurnReport, { output, top }: TriageOptions): string {
  if (output === 'json') return reportJson(report);
  return reportText(report, {
    wide: output === 'wide',
    colour: wantsColour({ isTTY: process.stdout.isTTY, noColor: process.env['NO_COLOR'] }),
    rows: top,
  });
}

/** Whole, even when stdout is a pipe that is read slowly. */
function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('give a whole number, 0 or more.');
  return number;
}
