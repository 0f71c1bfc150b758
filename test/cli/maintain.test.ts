import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { fill } from '../etcd/harness/fill.ts';
import { freePorts } from '../etcd/harness/free-ports.ts';
import { getText } from '../etcd/harness/get-text.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { startS3 } from '../etcd/harness/start-s3.ts';
import { maintenanceRecord } from '../../src/report/maintenance/schema.ts';
import { until } from '../etcd/harness/until.ts';
import { itWith } from './it-with.ts';
import { built, kubechurn } from './run-kubechurn.ts';

const nowhere = 'http://127.0.0.1:1';

describe('kubechurn maintain, given wrong options', () => {
  it.each([
    [['--budget', '0%'], /--budget takes a share of the quota above 0 %/],
    [['--budget', '150%'], /--budget takes .* up to 100 %/],
    [['--budget', 'abc'], /--budget takes .*, not "abc"/],
    [['--keep', 'ever'], /--keep takes a duration such as .*, not "ever"/],
    [['--keep=-5'], /--keep takes/],
    [['--max-fragmentation', '0'], /--max-fragmentation takes a share/],
    [['--backup-key', '/no/such/key'], /--backup-key \/no\/such\/key is no key \(ENOENT\)/],
    [['--backup', 's3:/backups'], /--backup s3:\/backups names no bucket: give s3:\/\/BUCKET/],
    [['--backup', 's3://b-1', '--backup-endpoint', 'minio'], /--backup-endpoint minio is no URL/],
    [['--lease', 'a/b/c'], /--lease takes NAMESPACE, NAMESPACE\/NAME or off, not "a\/b\/c"/],
    [['--every', '0s'], /--every takes a duration/],
    [['--metrics-port', '1'], /--metrics-port is for --watch/],
    [['--watch', '--metrics-port', '65536'], /give a port, 0 to 65535/],
    [['--evidence', 'perhaps'], /--evidence/],
  ])('%j exits 2 with one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await kubechurn(['maintain', '--etcd', nowhere, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('no endpoint exits 2', async () => {
    expect(await kubechurn(['maintain'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/no etcd is named/) });
  });

  it('no endpoint that answers exits 1', async () => {
    const [port] = await freePorts(1);
    const { code, stderr } = await kubechurn(['maintain', '--etcd', `http://127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kubechurn: nothing listens at http:/);
  });
});

describeWith(['etcd'], 'kubechurn maintain', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd({ members: 3, quotaBytes: 16 * 2 ** 20 });
  });
  afterAll(() => etcd.stop());

  it('within budget exits 0, within a second on a quiet machine', async () => {
    const timed = async (...args: string[]) => {
      const began = performance.now();
      return { ...(await kubechurn(args)), took: performance.now() - began };
    };
    const start = await timed('--version');
    const { code, stdout, took } = await timed('maintain', '--etcd', etcd.endpoint);
    // A start takes a tenth of a second there, and as much longer as a machine is busy.
    expect(took).toBeLessThan(Math.max(1_000, 10 * start.took));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing to do: within budget/);
  });

  it('under NOSPACE exits 0 with a record that its schema describes, and 0 again with nothing left to do', async () => {
    await fill(etcd.client);
    const args = ['maintain', '--etcd', etcd.endpoint, '--rearm-watch', '1s', '-o', 'json'];
    const { code, stdout } = await kubechurn(args);
    expect(code).toBe(0);
    expect(maintenanceRecord.parse(JSON.parse(stdout))).toMatchObject({ outcome: 'done' });
    const again = await kubechurn(args);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  itWith('versitygw', 'keeps its backup in a bucket, with the credentials of a profile', async () => {
    await fill(etcd.client);
    const s3 = await startS3();
    const profile = join(mkdtempSync(join(tmpdir(), 'kubechurn-profile-')), 'credentials');
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = s3.credentials;
    writeFileSync(profile, `[backup]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    const variables = [
      'AWS_PROFILE=backup',
      `AWS_SHARED_CREDENTIALS_FILE=${profile}`,
      `AWS_ENDPOINT_URL=${s3.endpoint}`,
    ];
    const args = ['--backup', `s3://${s3.bucket}/cli`, '--rearm-watch', '0s', '-o', 'json'];
    const { code, stdout } = await kubechurn(['maintain', '--etcd', etcd.endpoint, ...args], {
      under: ['env', ...variables],
    });
    const keys = s3.keys();
    await s3.stop();
    rmSync(dirname(profile), { recursive: true });
    expect(code).toBe(0);
    const { evidence } = maintenanceRecord.parse(JSON.parse(stdout));
    expect(keys).toContain(evidence.snapshot?.replace(`s3://${s3.bucket}/`, ''));
  });

  it('refused exits 3, on stdout and not as a failure', async () => {
    const other = await startEtcd();
    const { code, stdout } = await kubechurn(['maintain', '--etcd', `${etcd.endpoint},${other.endpoint}`]);
    await other.stop();
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Refused: these endpoints belong to different clusters/);
  });

  it('--watch, already running when NOSPACE comes, gets it back, and ends with 0 at SIGTERM', async () => {
    const child = spawn(
      built,
      [
        ...['maintain', '--watch', '--every', '200ms', '--rearm-watch', '1s', '--etcd', etcd.endpoint, '-o', 'json'],
        ...['--metrics-host', '127.0.0.1', '--metrics-port', '0'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ended = once(child, 'close');
    let said = '';
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    const port = await until('its metrics to be served', () => /served on port (\d+)/.exec(told)?.[1]);
    const metrics = async (): Promise<string> => (await getText(`http://127.0.0.1:${port}/metrics`)) ?? '';
    const outcomes = () =>
      said
        .split('\n')
        .slice(0, -1)
        .map((line) => maintenanceRecord.parse(JSON.parse(line)).outcome);
    await until('it to have looked', () => outcomes().includes('nothing-to-do'));
    await fill(etcd.client);
    await until('it to have acted', () => outcomes().includes('done'), { withinMs: 60_000 });
    await until('it to find nothing more to do', () => outcomes().at(-1) === 'nothing-to-do');
    expect(await etcd.client.alarms()).toEqual([]);
    const exposed = await metrics();
    expect(exposed).toMatch(/^kubechurn_maintenance_looks_total\{outcome="done"\} [1-9]/m);
    expect(exposed).toMatch(/^kubechurn_maintenance_member_size_bytes\{member="[^"]+"\} [1-9]/m);
    expect(exposed).toMatch(/^kubechurn_maintenance_well_timestamp_seconds \d{10}/m);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('stopped by SIGTERM exits 1 with a record that says how far it came', async () => {
    await fill(etcd.client);
    const child = spawn(built, ['maintain', '--etcd', etcd.endpoint, '-o', 'json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    // Then it watches whether the alarm comes back, for a minute.
    await until('the alarm to be disarmed', async () => (await etcd.client.alarms()).length === 0, {
      withinMs: 60_000,
    });
    child.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
    const record = maintenanceRecord.parse(JSON.parse(said));
    expect(record).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/stopped by SIGTERM: run it again/) });
    expect(record.steps.some(({ step, result }) => step === 'disarm' && result === 'done')).toBe(true);
  });
});
