import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

import { Command, Option } from 'commander';

import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { SnapshotTriage } from '../pipeline/offline/triage.ts';
import type { AuditTriage } from '../pipeline/requests/triage-logs.ts';
import type { ChurnReport } from '../report/schema.ts';
import { wholeNumber } from './numbers.ts';
import { knownBefore, type KnownBefore } from './known-before.ts';
import { startProgress } from './progress.ts';
import { outputFormats, renderReport, type Rendering } from './render-report.ts';
import { addEtcdOptions } from './etcd-options.ts';
import { addClusterOptions, clusterWish, triageByApi, type ClusterOptions } from './triage-cluster.ts';
import { addRequestOptions, hasRequestLogs, requestLogs, type RequestOptions } from './request-options.ts';
import { targetConnection, targetOption } from './target-options.ts';
import { thresholdsIn } from './thresholds-in.ts';
import { liveWish, triageEtcd, type LiveOptions } from './triage-live.ts';

const triageErrors = {
  noSource: problem(
    'TRIAGE_NO_SOURCE',
    () =>
      `nothing to read: give --etcd URL or --target, or --snapshot FILE, etcd's member/snap/db or what "etcdctl snapshot save" made, or --audit-log FILE, or --kubeconfig FILE`,
    2,
  ),
} satisfies ErrorCatalogue;

interface TriageOptions extends Rendering, KnownBefore, LiveOptions, RequestOptions, ClusterOptions {
  readonly target?: string;
  readonly watch?: string;
  readonly snapshot?: string;
  readonly skipHashCheck: boolean;
  readonly thresholds?: string;
}

export interface Program {
  readonly version: string;
  /** The module that a worker thread starts with. */
  readonly entry: URL;
}

export function triageCommand(program: Program): Command {
  return addClusterOptions(addRequestOptions(addEtcdOptions(new Command('triage'))))
    .description('say who fills an etcd, why, and what to change')
    .option(...targetOption)
    .option('--snapshot <file>', `a database file: etcd's member/snap/db, or what "etcdctl snapshot save" made`)
    .option('--save <file>', 'with --etcd: keep the snapshot as this file, a backup that etcdutl restores')
    .option(
      '--watch <duration>',
      'watch for so long, 1m: an etcd, to say who writes how often now, or a cluster that has no analyzer (default there: 60s)',
    )
    .addOption(new Option('-o, --output <format>', 'how to print the report').choices(outputFormats).default('text'))
    .option('--top <n>', 'rows of keys, owners and writers', wholeNumber, 20)
    .option('--compare <file>', 'an earlier report, from -o json: say what is new, grown or gone since')
    .option('--accept <file>', 'a YAML list of churn that is known and wanted, each with reason and expires')
    .option(
      '--thresholds <file>',
      'a YAML file: numbers to judge by instead of the defaults, by pattern and threshold (an analyzer has its own)',
    )
    .option('--skip-hash-check', 'read a snapshot whose SHA-256 does not match', false)
    .action(async (options: TriageOptions) => {
      const { snapshot, top } = options;
      const { etcd, endpoints } = options;
      const hasOther = [snapshot, etcd, endpoints].some((each) => each !== undefined) || hasRequestLogs(options);
      // The kubeconfig is then that of the cluster that a vCluster runs in.
      const target = options.target === undefined ? undefined : await targetConnection(options, process.env);
      const cluster = target ? undefined : clusterWish(options, hasOther, process.env);
      const wish = cluster
        ? undefined
        : liveWish(
            options,
            { snapshot: snapshot !== undefined, elsewhere: snapshot !== undefined || hasRequestLogs(options) },
            process.env,
            target,
          );
      if (!cluster && snapshot === undefined && wish === undefined && !hasRequestLogs(options))
        throw triageErrors.noSource();
      const judged = await knownBefore(options, new Date());
      const thresholds = await thresholdsIn(options.thresholds);
      const judging = { top, version: program.version, ...(thresholds && { thresholds }) };
      let progress = startProgress(process.stderr);
      const onProgress = (what: string, done?: number, total?: number): void =>
        progress.update({ what, ...(done !== undefined && { done }), ...(total !== undefined && { total }) });
      const requests = requestLogs(options, onProgress);
      const seed = randomBytes(4).readUInt32LE();
      const triageFile = (file: string, refine?: SnapshotTriage['refine']): Promise<ChurnReport> =>
        triageDatabase({
          file,
          ...judging,
          // A snapshot just taken was checked as it came.
          skipHashCheck: options.skipHashCheck || refine !== undefined,
          threads: { extra: Math.min(availableParallelism(), maxThreads) - 1, entry: program.entry },
          seed,
          salt: randomBytes(16).toString('hex'),
          onProgress,
          ...(refine && { refine }),
          ...(requests && { requests }),
        });
      const triageRequests =
        requests &&
        ((refine?: SnapshotTriage['refine']) => triageLogs({ requests, ...judging, ...(refine && { refine }) }));
      const tell = (text: string): void => {
        progress.end();
        process.stderr.write(text);
        progress = startProgress(process.stderr);
      };
      try {
        const report = cluster
          ? await triageByApi(cluster, { ...judging, onProgress })
          : wish !== undefined
            ? await triageEtcd(
                { ...wish, ...judging, seed, triageFile, onProgress, ...(triageRequests && { triageRequests }) },
                tell,
              )
            : snapshot === undefined
              ? await triageRequests!()
              : await triageFile(snapshot);
        progress.end();
        print(await renderReport(judged(report), options));
      } finally {
        progress.end();
        target?.close();
      }
    });
}

/** What reads and judges is loaded only here: the command line is built for every command, and for --version. */
async function triageDatabase(options: SnapshotTriage): Promise<ChurnReport> {
  const { triageSnapshot } = await import('../pipeline/offline/triage.ts');
  return triageSnapshot(options);
}

/** As `triageDatabase`. */
async function triageLogs(options: AuditTriage): Promise<ChurnReport> {
  const { triageAuditLogs } = await import('../pipeline/requests/triage-logs.ts');
  return triageAuditLogs(options);
}

/** More threads than this only wait for the same disk. */
const maxThreads = 4;

/** Whole, even when stdout is a pipe that is read slowly. */
function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
