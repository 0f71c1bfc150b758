import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { statusSelfTrigger } from '../incidents/status-self-trigger.ts';
import { writeToEtcd } from '../incidents/write-to-etcd.ts';
import { churnReport } from '../../src/report/schema.ts';
import { kubechurn } from './run-kubechurn.ts';

const tools = fileURLToPath(new URL('../../tools/single-file.ts', import.meta.url));
const from = Date.UTC(2026, 10, 5, 22, 30);

describeWith(['etcd'], 'the single file, alone in a directory, with an empty environment', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kubechurn-single-'));
  const alone = join(scratch, 'alone');
  const file = join(alone, 'kubechurn');
  const snapshot = join(scratch, 'snapshot.db');
  let etcd: Etcd | undefined;

  beforeAll(async () => {
    mkdirSync(alone);
    const { status, stdout, stderr } = spawnSync(process.execPath, [tools, file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    etcd = await startEtcd();
    await writeToEtcd(statusSelfTrigger({ from, until: from + 12 * 60_000, seed: 1 }), etcd.client);
  });
  afterAll(async () => {
    await etcd?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const run = (args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(file, args, {
      encoding: 'utf8',
      cwd: alone,
      env: {},
      maxBuffer: 2 ** 26,
    });
    return { status, stdout, stderr };
  };

  it('is the one thing that its making left there, and says its version', () => {
    expect(readdirSync(alone)).toEqual(['kubechurn']);
    expect(run(['--version'])).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('has every command, and answers a mistake as the program does', () => {
    for (const command of ['triage', 'maintain', 'check', 'top', 'webhook', 'analyzer', 'completion'])
      expect(run([command, '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(run(['triage'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('nothing to read'),
    });
  });

  it('triages a live etcd and keeps its snapshot, then says of that file what dist/kubechurn says', async () => {
    const endpoint = etcd?.endpoint ?? '';
    const live = run(['triage', '--etcd', endpoint, '--save', snapshot, '-o', 'json']);
    expect(live).toMatchObject({ status: 0 });
    const report = churnReport.parse(JSON.parse(live.stdout));
    expect(report.findings[0]).toMatchObject({ pattern: 'status-self-trigger', subject: { name: 'sandbox' } });
    expect(existsSync(snapshot)).toBe(true);

    const args = ['triage', '--snapshot', snapshot, '-o', 'json'];
    const [ours, theirs] = [run(args), await kubechurn(args)];
    expect(ours).toMatchObject({ status: 0, stderr: '' });
    expect(ours.stdout).toBe(theirs.stdout);
  });

  it('is a plugin of kubectl under the name of one', () => {
    const plugin = join(scratch, 'kubectl-churn');
    symlinkSync(file, plugin);
    const { stdout } = spawnSync(plugin, ['check', '--help'], { encoding: 'utf8', env: {} });
    expect(stdout).toMatch(/^Usage: kubectl churn check /);
  });

  it('is below the size that docs/install.md states', () => {
    expect(statSync(file).size).toBeLessThan(160 * 2 ** 20);
  });
});
