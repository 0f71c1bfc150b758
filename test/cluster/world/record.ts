import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Revision } from '../../../src/model/write.ts';
import type { Severity } from '../../../src/model/finding.ts';
import { askedReport } from '../../../src/pipeline/cluster/triage-cluster.ts';
import { churnReport, type ChurnReport } from '../../../src/report/schema.ts';
import { apiPaths } from '../../../src/server/paths.ts';
import { openScene } from '../../etcd/harness/scene.ts';
import { until } from '../../etcd/harness/until.ts';
import { startAnalyzer, type AnalyzerProcess } from '../harness/analyzer.ts';
import { countsInSnapshot, saveSnapshot, type Truth } from '../harness/counts-in-etcd.ts';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../harness/start-control-plane.ts';
import { register, startWebhook } from '../harness/webhook.ts';
import { calm } from './calm.ts';
import { loops } from './loops.ts';
import { serveMetrics } from './metrics-api.ts';
import { openStage, type Stage } from './stage.ts';

const webhookUser = 'system:serviceaccount:kubechurn:webhook';
const users = loops.flatMap((loop) => loop.users);

export const options = {
  controllerManager: true,
  // as kubeadm sets it: each controller has an account of its own
  controllerManagerArgs: [
    '--use-service-account-credentials=true',
    // a starved one must not take itself for dead, and its successor not wait for long
    '--leader-elect-lease-duration=22s',
    '--leader-elect-renew-deadline=20s',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--horizontal-pod-autoscaler-sync-period=2s',
  ],
  kwok: true,
  kwokArgs: ['--node-lease-duration-seconds=40'],
  audit: true,
  users: { ...Object.fromEntries(users.map((user) => [user, ['system:masters']])), [webhookUser]: [] },
} as const satisfies ControlPlaneOptions;

/** How long everything goes on at least, and at most while something is still to be found or to happen. */
const lasts = 85_000;
const longest = 240_000;

/** A line of the analyzer's log. */
export type Raised = {
  readonly time: number;
  readonly pattern: string;
  readonly severity: Severity;
  /** resource/namespace/name, as far as there are. */
  readonly subject: string;
};

/** What one run of the world left behind. */
export type Recording = {
  /** When the loops began. */
  readonly began: number;
  /** Every finding that was ever raised, as the analyzer logged it. */
  readonly raised: readonly Raised[];
  readonly happened: ReadonlyMap<string, boolean>;
  readonly refusals: readonly string[];
  /** The analyzer's report at the end of the play. */
  readonly live: ChurnReport;
  /** Its counts once nothing is written any more, and what etcd holds of the same window. */
  readonly settled: ChurnReport;
  readonly truth: Truth;
  readonly fromRevision: Revision;
  /** What `triage --snapshot FILE --audit-log LOG` says, and without the log. */
  readonly offline: ChurnReport;
  readonly seconds: Readonly<Record<string, number>>;
};

/** Plays all loops and all that is calm in one control plane, watched by the real webhook and analyzer. */
export async function record(isFound: (report: ChurnReport, raised: readonly Raised[]) => boolean): Promise<Recording> {
  const scene = openScene('world');
  const seconds: Record<string, number> = {};
  let last = performance.now();
  const mark = (what: string): void => {
    seconds[what] = Math.round((performance.now() - last) / 100) / 10;
    last = performance.now();
  };
  const plane = await startControlPlane(options);
  const stage = openStage(plane, scene.directory);
  const closing: (() => Promise<void>)[] = [stage.end, scene.close];
  try {
    mark('start');
    const metrics = await serveMetrics(plane);
    closing.push(metrics.close);
    await prepare(stage);
    mark('prepare');
    const token = join(scene.directory, 'token');
    writeFileSync(token, plane.tokenFor(webhookUser));
    const analyzer = await startAnalyzer(scene, plane, ['-n', 'kubechurn', '--webhook-account', webhookUser]);
    const webhook = await startWebhook(scene, ['--analyzer', analyzer.takingUrl, '--token-file', token]);
    await register(plane, webhook);
    mark('watch');

    const began = Date.now();
    metrics.set('demand-of-shop', 6);
    for (const each of [...calm, ...loops]) each.start(stage);
    const played = await until(
      'the play to be over',
      async () => {
        const passed = Date.now() - began;
        // Slowly up and down again: no loop, though the numbers come back.
        metrics.set('demand-of-scaled', [2, 3, 4, 5, 4, 3][Math.floor(passed / 20_000) % 6]!);
        if (passed < lasts) return undefined;
        const live = await askedReport(analyzer.api, 50);
        const raised = raisedIn(join(scene.directory, 'analyzer.log'));
        const happened = await happenings(stage);
        const isComplete = [...happened.values()].every(Boolean) && isFound(live, raised);
        return (isComplete || passed > longest) && { live, raised, happened };
      },
      { withinMs: 2 * longest, everyMs: 1_000 },
    );
    mark('play');
    await stage.end();
    mark('end');
    const counted = await counts(plane, analyzer, scene.directory);
    mark('count');
    const offline = await triaged(counted.file, plane.auditLogFile);
    mark('triage');
    return { began, ...played, refusals: stage.refusals, ...counted, offline, seconds };
  } finally {
    for (const close of closing) await close();
    await plane.stop();
    mark('stop');
  }
}

function raisedIn(log: string): Raised[] {
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.filter((line) => line.includes('"finding raised"')).map((line) => JSON.parse(line) as Raised);
}

async function prepare(stage: Stage): Promise<void> {
  const all = [...calm, ...loops];
  const admin = stage.as('admin', 'kubectl');
  const namespaces = new Set(['kubechurn', ...all.flatMap(({ namespace }) => namespace ?? [])]);
  for (const name of namespaces) await admin.create('/api/v1/namespaces', { metadata: { name } });
  // Pods can be made once the namespace has its service account.
  for (const name of namespaces)
    await until(`the account of ${name}`, async () => {
      const { status } = await stage.plane.adminFetch(`/api/v1/namespaces/${name}/serviceaccounts/default`);
      return status === 200;
    });
  for (const each of all) await each.prepare?.(stage);
}

async function happenings(stage: Stage): Promise<ReadonlyMap<string, boolean>> {
  return new Map(await Promise.all(calm.map(async (each) => [each.name, await each.happened(stage)] as const)));
}

/** Of a moment in which nothing is written: whoever would write on its own is held. */
async function counts(
  { pids, etcd }: ControlPlane,
  { api }: AnalyzerProcess,
  directory: string,
): Promise<Pick<Recording, 'settled' | 'truth' | 'fromRevision'> & { file: string }> {
  for (const pid of [pids.controllerManager, pids.kwok]) if (pid !== undefined) process.kill(pid, 'SIGSTOP');
  const file = join(directory, 'world.db');
  const counted = async (): Promise<ChurnReport> => askedReport(api, 0);
  return until(
    'a moment in which nothing is written',
    async () => {
      const before = await counted();
      // A revision counts as covered two seconds after it was heard of.
      await pause(3_000);
      const settled = await counted();
      saveSnapshot(etcd.endpoint, file);
      const after = await counted();
      // The API server renews a Lease of its own every ten seconds.
      if (before.totals.writes !== after.totals.writes) return undefined;
      const { fromRevision } = (await api.get(apiPaths.status)) as unknown as { fromRevision: Revision };
      return { settled, truth: countsInSnapshot(file, fromRevision), fromRevision, file };
    },
    { withinMs: 90_000 },
  );
}

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** The recording is shorter than the three minutes for which a rate must go on by default. */
const patterns = ['pod-churn', 'event-flood', 'annotation-heartbeat', 'kyverno-report-flood', 'status-self-trigger'];
const impatient = patterns.map((pattern) => `${pattern}: { sustainedMinutes: 1 }\n`).join('');

async function triaged(file: string, auditLog: string): Promise<ChurnReport> {
  const thresholds = join(dirname(file), 'thresholds.yaml');
  writeFileSync(thresholds, impatient);
  const args = ['triage', '--snapshot', file, '--audit-log', auditLog, '--top', '50', '-o', 'json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, ...args, '--thresholds', thresholds],
    { maxBuffer: 64 << 20 },
  );
  return churnReport.parse(JSON.parse(stdout));
}
