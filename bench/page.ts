import type { AuditFigure } from './audit.ts';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { LiveFigures, LiveGoal } from './live.ts';

/** One program's medians over one database. Memory in MB, time in seconds. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly runs: number;
  readonly seconds: number;
  readonly peak: number;
  readonly own: number;
}

interface Figures {
  readonly live: LiveFigures;
  readonly webhook: LiveFigures;
  readonly analyzer: LiveFigures;
  readonly cluster: LiveFigures;
  readonly startUp: Contender;
  readonly churn: {
    readonly sizeBytes: number;
    readonly warm: readonly Contender[];
    readonly cold: readonly Contender[];
  };
  readonly keys: { readonly sizeBytes: number; readonly warm: readonly Contender[] };
  readonly audit: readonly AuditFigure[];
}

/** docs/performance.md. */
export function performancePage({ startUp, churn, keys, audit, live, webhook, analyzer, cluster }: Figures): string {
  const [plainWarm, goWarm, ours] = churn.warm;
  const [plainCold, , oursCold] = churn.cold;
  const many = keys.warm[2];
  if (!plainWarm || !goWarm || !ours || !plainCold || !oursCold || !many) throw new Error('a contender is missing');
  const goals = [
    goal('warm: time, against the Go program', ours.seconds / goWarm.seconds, 1.5, 'times'),
    goal('cold: time, against a plain read', oursCold.seconds / plainCold.seconds, 1.5, 'times'),
    goal('peak resident memory', Math.max(ours.peak, oursCold.peak), 350, 'MB'),
    goal('peak resident memory, 5,000,000 keys', many.peak, 700, 'MB'),
    ...[live, webhook, analyzer, cluster].flatMap(({ goals: each }) => each.map(liveGoal)),
    ...audit.map((log) => speedGoal(`audit log, ${log.name}`, speedOf(log), 100)),
  ];
  return `# Performance

Written by \`make bench\` (bench/run.ts); not edited by hand. Seconds are medians of the runs named, from start to end of
the process; compare them within one table only. Machine: ${availableParallelism()} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node ${process.version}.
Memory is the highest resident size in MB, with and without mapped file pages: Go's bbolt maps the whole file.

| Goal | Allowed | Measured | |
|---|---|---|---|
${goals.join('\n')}

Start-up (\`${startUp.command}\`): ${(startUp.seconds * 1000).toFixed(0)} ms.

## 1,000,000 revisions of 264,000 keys, 30,000 of them alive (${gigabytes(churn.sizeBytes)} GB)

In the page cache:

${table(churn.warm)}

Not in the page cache (dropped before each run):

${table(churn.cold)}

## 5,000,000 distinct keys (${gigabytes(keys.sizeBytes)} GB), in the page cache

${table(keys.warm)}

## Audit logs

${auditTable(audit)}

## A live etcd

${live.notes.join('\n')}

## The webhook

${webhook.notes.join('\n')}

## The analyzer

${analyzer.notes.join('\n')}

## A cluster with both

${cluster.notes.join('\n')}

The databases are written in etcd's format by bench/go/make-database: pods, events, leases and policy reports as
kube-apiserver stores them, chance seeded. The audit logs repeat the recorded one, in other namespaces each time. Peers (\`auger\`, \`etcd-dump-db\`) are measured where they are on PATH.
`;
}

function goal(what: string, measured: number, allowed: number, unit: string): string {
  const digits = unit === 'MB' ? 0 : 2;
  return `| ${what} | ${allowed} ${unit} | ${measured.toFixed(digits)} ${unit} | ${measured <= allowed ? 'met' : '**missed**'} |`;
}

function speedGoal(what: string, measured: number, least: number): string {
  return `| ${what} | ${least} MB/s or more | ${measured.toFixed(0)} MB/s | ${measured >= least ? 'met' : '**missed**'} |`;
}

const speedOf = ({ sizeBytes, seconds }: AuditFigure): number => sizeBytes / 1e6 / seconds;

function auditTable(audit: readonly AuditFigure[]): string {
  const rows = audit.map(
    (log) =>
      `| ${log.name} | ${gigabytes(log.sizeBytes)} GB | ${log.seconds.toFixed(2)} s | ${speedOf(log).toFixed(0)} | ${log.peak.toFixed(0)} | ${log.runs} | \`${log.command}\` |`,
  );
  return ['| | size | median | MB/s | peak MB | runs | command |', '|---|---|---|---|---|---|---|', ...rows].join('\n');
}

/** A row of the table of goals. */
export function liveGoal({ what, measured, allowed, unit, atLeast }: LiveGoal): string {
  const met = atLeast ? measured >= allowed : measured <= allowed;
  const digits = unit === 'events/s' ? 0 : 2;
  return `| ${what} | ${atLeast ? 'at least ' : ''}${allowed} ${unit} | ${measured.toFixed(digits)} ${unit} | ${met ? 'met' : '**missed**'} |`;
}

function table(contenders: readonly Contender[]): string {
  const rows = contenders.map(
    ({ name, command, runs, seconds, peak, own }) =>
      `| ${name} | ${seconds.toFixed(2)} s | ${peak.toFixed(0)} | ${own.toFixed(0)} | ${runs} | \`${command}\` |`,
  );
  return ['| | median | peak MB | without mapped | runs | command |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
