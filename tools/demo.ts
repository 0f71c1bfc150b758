import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEtcd } from '../test/etcd/harness/start-etcd.ts';
import { demoCulprits, demoMutations, demoQuotaBytes } from '../test/incidents/demo-scenario.ts';
import { isNamed } from '../test/incidents/named.ts';
import { kubechurn, triage } from '../test/incidents/triage.ts';
import { writeToEtcd } from '../test/incidents/write-to-etcd.ts';

const folder = fileURLToPath(new URL('../dist/demo', import.meta.url));
const file = `${folder}/etcd.db`;
const minute = 60_000;
const say = (line = '') => process.stdout.write(`${line}\n`);
const count = (n: number) => n.toLocaleString('en-US');
const short = (path: string) => relative(process.cwd(), path);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

const refused = await fillEtcd();
if (refused) showTriage();
process.exitCode = refused && (await isShown()) ? 0 : 1;

/** Incidents B and C against a real etcd until it refuses to write; keeps its file once it has stopped. */
async function fillEtcd(): Promise<boolean> {
  const etcd = await startEtcd({ quotaBytes: demoQuotaBytes });
  try {
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
    const again = await etcd.client.put('/registry/configmaps/default/one-more', 'x').then(() => undefined, messageOf);
    const alarms = await etcd.client.alarms();
    say(`One more put:  ${again ?? 'accepted?!'}`);
    say(`Alarms:        ${alarms.map(({ alarm }) => alarm.toUpperCase()).join(', ') || 'none?!'}`);
    await etcd.stop({ keepFiles: true });
    await copyFile(etcd.dbFile, file);
    if (refusal !== undefined && again !== undefined && alarms.length > 0) return true;
    say('The demo failed: this etcd did not run out of space.');
    return false;
  } finally {
    await etcd.stop();
  }
}

function showTriage(): void {
  say('etcd is stopped. All that is left is its file:');
  say();
  say(`$ dist/kubechurn triage --snapshot ${short(file)} --top 5`);
  spawnSync(kubechurn, ['triage', '--snapshot', short(file), '--top', '5'], { stdio: 'inherit' });
  say();
}

/** The demo has shown something only when the culprits it planted are those that were named. */
async function isShown(): Promise<boolean> {
  const report = await triage(file);
  await writeFile(`${folder}/report.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  say(`The file: ${short(file)}    the report as JSON: ${short(folder)}/report.json`);
  const unnamed = demoCulprits.filter((culprit) => !isNamed(culprit, report.findings));
  for (const { pattern, subject } of unnamed)
    say(`The demo failed: ${pattern} on ${subject.resource} ${subject.name ?? ''} was planted and not named.`);
  return unnamed.length === 0;
}

/** One line that rewrites itself, where somebody watches. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\d+ [A-Z_]+: /, '') : String(error);
}
