import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEtcd } from '../test/etcd/harness/start-etcd.ts';
import { auditLog } from '../test/incidents/audit-log.ts';
import { demoCulprits, demoMutations, demoQuotaBytes } from '../test/incidents/demo-scenario.ts';
import { isNamed } from '../test/incidents/named.ts';
import { kubechurn, triage } from '../test/incidents/triage.ts';
import { writeToEtcd } from '../test/incidents/write-to-etcd.ts';

const folder = fileURLToPath(new URL('../dist/demo', import.meta.url));
const file = `${folder}/etcd.db`;
const auditFile = `${folder}/audit.log`;
const minute = 60_000;
const say = (line = '') => process.stdout.write(`${line}\n`);
const count = (n: number) => n.toLocaleString('en-US');
const short = (path: string) => relative(process.cwd(), path);

await rm(folder, { recursive: true, force: true });
await mkdir(`${folder}/backup`, { recursive: true });

const etcd = await startEtcd({ quotaBytes: demoQuotaBytes });
try {
  process.exitCode =
    (await fillEtcd()) && showLive() && (await showFile()) && (await showMaintenance()) && showCheck() ? 0 : 1;
} finally {
  await etcd.stop();
}

/** Incidents B and C against a real etcd until it refuses to write. */
async function fillEtcd(): Promise<boolean> {
  say(
    `etcd ${etcd.version} with a quota of ${demoQuotaBytes / 2 ** 20} MiB, never compacted. A healthy cluster writes to it; then a CronJob`,
  );
  say('starts 40 short pods a minute under Kyverno policies, and a vCluster fights over an Ingress.');
  const from = Date.now() - 20 * minute;
  let reached = from;
  const started = performance.now();
  const { accepted, refusal } = await writeToEtcd(demoMutations(from, 1), etcd.client, {
    onProgress: (written, { at }) => {
      reached = Math.max(reached, at);
      if (written % 500 === 0) showProgress(`${count(written)} writes`);
    },
  });
  showProgress('');
  const seconds = (performance.now() - started) / 1000;
  say(
    `${count(accepted.length)} writes (${((reached - from) / minute).toFixed(1)} minutes of the cluster's life) went in within ${seconds.toFixed(0)} s.`,
  );
  await writeFile(auditFile, auditLog(accepted));
  const again = await etcd.client.put('/registry/configmaps/default/one-more', 'x').then(() => undefined, messageOf);
  const alarms = await etcd.client.alarms();
  say(`One more put:  ${again ?? 'accepted?!'}`);
  say(`Alarms:        ${alarms.map(({ alarm }) => alarm.toUpperCase()).join(', ') || 'none?!'}`);
  if (refusal !== undefined && again !== undefined && alarms.length > 0) return true;
  say('The demo failed: this etcd did not run out of space.');
  return false;
}

function showLive(): boolean {
  say();
  say('It is full, and no API server could work on it. Who filled it?');
  return run('triage', '--etcd', etcd.endpoint, '--save', short(file), '--top', '5');
}

/** The demo has shown something only when the culprits it planted are those that were named. */
async function showFile(): Promise<boolean> {
  say();
  say("The file that was saved, with the API server's audit log, which knows the accounts:");
  const sources = ['triage', '--snapshot', short(file), '--audit-log', short(auditFile)];
  if (!run(...sources, '--top', '5')) return false;
  await writeFile(`${folder}/report.json`, output(...sources, '-o', 'json'));
  await writeFile(`${folder}/report.html`, output(...sources, '-o', 'html'));
  say();
  say(`The report to hand on:  ${short(folder)}/report.html    as JSON:  ${short(folder)}/report.json`);
  const { findings } = await triage(file);
  const unnamed = demoCulprits.filter((culprit) => !isNamed(culprit, findings));
  for (const { pattern, subject } of unnamed)
    say(`The demo failed: ${pattern} on ${subject.resource} ${subject.name ?? ''} was planted and not named.`);
  return unnamed.length === 0;
}

async function showMaintenance(): Promise<boolean> {
  say();
  say(
    'Now the database is got back: a backup and the evidence first, then what an etcd maintainer would do, step by step.',
  );
  if (!run('maintain', '--etcd', etcd.endpoint, '--backup', `${short(folder)}/backup`, '--rearm-watch', '5s'))
    return false;
  const again = await etcd.client.put('/registry/configmaps/default/one-more', 'x').then(() => 'accepted', messageOf);
  say();
  say(`One more put:  ${again}`);
  return again === 'accepted';
}

/** What it finds fails on purpose: this etcd has a small quota and nobody compacts it. */
function showCheck(): boolean {
  run('check', '--etcd', etcd.endpoint);
  return true;
}

/** Shows a command and what it says. */
function run(...args: readonly string[]): boolean {
  say();
  say(`$ dist/kubechurn ${args.join(' ')}`);
  return spawnSync(kubechurn, args, { stdio: 'inherit' }).status === 0;
}

function output(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(kubechurn, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`kubechurn ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** One line that rewrites itself, where somebody watches. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\d+ [A-Z_]+: /, '') : String(error);
}
