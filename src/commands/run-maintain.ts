import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { openCluster, type Cluster } from '../maintenance/cluster.ts';
import { maintenanceErrors } from '../maintenance/errors.ts';
import { createLocalDisk } from '../maintenance/local-disk.ts';
import { leaseWish } from '../maintenance/lock/lease-wish.ts';
import type { MaintenanceSettings } from '../maintenance/plan/settings.ts';
import type { TargetKind } from '../maintenance/targets/target.ts';
import type { Clock, Ports } from '../maintenance/ports.ts';
import { lookAndPlan, maintain, plannedRun } from '../maintenance/run.ts';
import { createEvidence } from '../pipeline/maintain/evidence.ts';
import { exitCodeOf } from '../pipeline/maintain/exit-code.ts';
import { watchMaintenance } from '../pipeline/maintain/watch.ts';
import { recordOf } from '../pipeline/maintain/record.ts';
import { triageSnapshot } from '../pipeline/offline/triage.ts';
import type { MaintenanceRecord } from '../report/maintenance/schema.ts';
import { freeSpace, type FreeSpace } from '../sources/snapshot/spool-target.ts';
import { takeLock } from './maintain-lock.ts';
import { serveMaintenanceMetrics } from './maintain-metrics.ts';
import { parseMaintainOptions, type MaintainOptions, type ParsedOptions } from './maintain-settings.ts';
import { startProgress, type Progress } from './progress.ts';
import { targetConnection, type TargetConnection } from './target-options.ts';
import type { Program } from './triage.ts';

/** Reads the options, runs, prints the record; returns the exit code. */
export async function runMaintain(options: MaintainOptions, program: Program): Promise<number> {
  const parsed = parseMaintainOptions(options, process.env);
  leaseWish(options.lease, undefined); // a mistake in it is told before anything is asked
  const signal = stopSignal();
  const once = async (dryRun: boolean): Promise<MaintenanceRecord> => {
    // Anew each time: a watch outlives certificates and pods.
    const target = await targetConnection(options, process.env);
    const progress = startProgress(process.stderr);
    try {
      return await maintainOnce({ options: { ...options, dryRun }, parsed, target, program, signal, progress });
    } finally {
      target.close();
      progress.end();
    }
  };
  const print = async (record: MaintenanceRecord): Promise<void> => {
    process.stdout.write(await rendered(record, options));
  };
  if (!options.watch) {
    const record = await once(options.dryRun);
    await print(record);
    return exitCodeOf(record);
  }
  // A mistake in the options ends it here; once it watches, what cannot be read may be there again in a minute.
  (await targetConnection(options, process.env)).close();
  const complain = (sentence: string): void => void process.stderr.write(`kubechurn: ${sentence}\n`);
  const { looked, stop } = await serveMaintenanceMetrics(options, program.version);
  const [look, run] = [() => once(true), () => once(options.dryRun)];
  const { everyMs } = parsed;
  try {
    return await watchMaintenance({ look, run, print, complain, looked, everyMs, clock: systemClock, signal });
  } finally {
    await stop(); // else its port would keep a program alive that has failed
  }
}

/** One run: what was asked for, and what it works with. */
export interface Occasion {
  readonly options: MaintainOptions;
  readonly parsed: ParsedOptions;
  readonly target: Pick<TargetConnection, 'connection'> & Partial<Pick<TargetConnection, 'target'>>;
  readonly program: Program;
  readonly signal: AbortSignal;
  readonly progress: Pick<Progress, 'update'>;
  /** Beside the one that runs, to read the snapshot. */
  readonly extraThreads?: number;
  readonly clock?: Clock;
  /** Injected, since a full disk cannot be had in every test. */
  readonly free?: FreeSpace;
  /** A test comes between the run and its etcd here. */
  readonly openCluster?: typeof openCluster;
}

export async function maintainOnce(occasion: Occasion): Promise<MaintenanceRecord> {
  const { options, target, program, openCluster: open = openCluster } = occasion;
  const cluster = open(target.connection, createLocalDisk());
  try {
    const evidence = evidenceFor(cluster, occasion);
    const ports = portsFor(cluster, evidence, occasion);
    if (!options.dryRun) return recordOf(await maintain(ports), evidence.kept(), program.version);
    const { seen, plan } = await lookAndPlan(ports);
    return recordOf(plannedRun(seen, plan, ports), evidence.kept(), program.version);
  } finally {
    cluster.close();
  }
}

function portsFor(cluster: Cluster, evidence: Ports['evidence'], occasion: Occasion): Ports {
  const { options, parsed, target, signal, progress, clock = systemClock } = occasion;
  const tell = (what: string): void => progress.update({ what });
  const onTheWay = { clock, signal, tell };
  return {
    cluster,
    evidence,
    settings: { ...ofTarget(target), ...parsed.settings },
    pace: parsed.pace,
    verifyHash: options.verifyHash,
    lock: (clusterId) => takeLock(clusterId, options, leaseWish(options.lease, target.target), process.env, onTheWay),
    ...onTheWay,
  };
}

/** Period times failures of the liveness probe of its pod: kubeadm's static pod, vCluster's chart. */
const probeBudgets: Readonly<Partial<Record<TargetKind, number>>> = {
  kubeadm: 80_000,
  'vcluster-deployed': 120_000,
  'vcluster-embedded': 120_000,
};

function ofTarget({ target }: Occasion['target']): Pick<MaintenanceSettings, 'howToSet' | 'probeBudgetMs'> {
  if (!target || target.kind === 'endpoints') return {};
  const probeBudgetMs = probeBudgets[target.kind];
  return { howToSet: target, ...(probeBudgetMs !== undefined && { probeBudgetMs }) };
}

const systemClock: Clock = {
  now: Date.now,
  wait: async (milliseconds, stop) => {
    await pause(milliseconds, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
  },
};

const mostThreads = 4;

function evidenceFor(cluster: Cluster, occasion: Occasion) {
  const { parsed, target, program, progress, free = freeSpace } = occasion;
  const { extraThreads = Math.min(availableParallelism(), mostThreads) - 1 } = occasion;
  const top = 20;
  const tell = (what: string, done?: number, total?: number): void =>
    progress.update({ what, ...(done !== undefined && { done }), ...(total !== undefined && { total }) });
  return createEvidence({
    connection: target.connection,
    cluster,
    retention: parsed.retention,
    free,
    version: program.version,
    seed: randomBytes(4).readUInt32LE(),
    top,
    now: Date.now,
    tell,
    ...(parsed.backup && { backup: parsed.backup }),
    triageFile: (file, more) =>
      triageSnapshot({
        file,
        top,
        skipHashCheck: true, // checked as it came
        threads: { extra: extraThreads, entry: program.entry },
        seed: randomBytes(4).readUInt32LE(),
        salt: randomBytes(16).toString('hex'),
        version: program.version,
        onProgress: tell,
        ...more,
      }),
  });
}

/** Aborted by the first SIGTERM or SIGINT, so that the run ends between two steps and says how far it came. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => controller.abort(maintenanceErrors.interrupted(name)));
  return controller.signal;
}

async function rendered(record: MaintenanceRecord, { output, watch }: MaintainOptions): Promise<string> {
  // One record a line where there are to be several.
  if (output === 'json') return (await import('../report/json/report-json.ts')).reportJson(record, watch ? 0 : 2);
  const { recordText } = await import('../report/maintenance/record-text.ts');
  const { paletteFor, wantsColour } = await import('../report/text/palette.ts');
  return recordText(record, paletteFor(wantsColour({ isTTY: process.stdout.isTTY, noColor: process.env['NO_COLOR'] })));
}
