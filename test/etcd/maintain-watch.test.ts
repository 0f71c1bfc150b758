import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { maintenanceRecord } from '../../src/report/maintenance/schema.ts';
import { createAuthority, type Authority, type Pair } from './harness/certificates.ts';
import { describeWith } from './harness/describe-with.ts';
import { fill } from './harness/fill.ts';
import { quotaBytes, started } from './harness/full-cluster.ts';
import { until } from './harness/until.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The program itself; `outcomes` are those of the records it has printed so far. */
function watching(args: readonly string[]) {
  const environment = Object.entries(process.env).filter(([name]) => !/^(ETCD|KUBE)/.test(name));
  const often = ['--watch', '--every', '200ms', '--rearm-watch', '0s', '--settle', '0s', '-o', 'json'];
  const child = spawn(process.execPath, [main, 'maintain', ...often, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(environment), HOME: '/nonexistent' },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = once(child, 'close');
  return {
    stderr: () => said.stderr,
    outcomes: () =>
      said.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => maintenanceRecord.parse(JSON.parse(line)).outcome),
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

describeWith(['etcd'], 'maintain --watch', () => {
  let directory: string;
  let authority: Authority;
  let watch: ReturnType<typeof watching> | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kubechurn-watch-'));
    authority = createAuthority('etcd-ca');
  });
  afterEach(async () => {
    await watch?.stop();
    watch = undefined;
    authority.remove();
    rmSync(directory, { recursive: true });
  });

  it('reads the certificates anew for each look: one that was renewed reaches etcd again', async () => {
    const etcd = await started({ tls: { ...authority.issue('server'), clientCa: authority.ca } });
    const at = (name: string): string => join(directory, name);
    const install = ({ cert, key }: Pair): void => {
      copyFileSync(cert, at('client.crt'));
      copyFileSync(key, at('client.key'));
    };
    install(authority.issue('old', { expired: true }));
    watch = watching([
      ...['--etcd', etcd.endpoint, '--cacert', authority.ca],
      ...['--cert', at('client.crt'), '--key', at('client.key')],
    ]);
    const { stderr, outcomes } = watch;
    await until('it to say what is wrong', () => stderr().includes('client.crt expired on'));
    expect(outcomes()).toEqual([]);
    install(authority.issue('new'));
    await until('it to reach etcd', () => outcomes().includes('nothing-to-do'));
    rmSync(at('client.key'));
    await until('it to say that a file is gone', () => stderr().includes('client.key does not exist'));
    install(authority.issue('newer'));
    await until('it to reach etcd again', () => outcomes().length === 2);
    expect(stderr().match(/expired on|does not exist/g)).toHaveLength(2);
  });

  it('ends at once with a file that was never there', async () => {
    watch = watching(['--etcd', 'https://127.0.0.1:1', '--cacert', join(directory, 'missing')]);
    expect(await watch.ended).toEqual([2, null]);
    expect(watch.stderr()).toMatch(/missing does not exist: give --cacert a file that does/);
  });

  it('goes on looking after a refusal, told once, and acts as soon as NOSPACE is armed', async () => {
    const { client, endpoint } = await started();
    await fill(client, { bytes: 0.6 * quotaBytes });
    watch = watching(['--etcd', endpoint, '--budget', '50%', '--keep', '10', '--lock', join(directory, 'lock')]);
    const { outcomes } = watch;
    await until('it to refuse an outage', () => outcomes().includes('refused'));
    await fill(client);
    await until('writes to be accepted again', () => outcomes().includes('done'), { withinMs: 60_000 });
    expect(await client.alarms()).toEqual([]);
    expect(outcomes().slice(0, 2)).toEqual(['refused', 'done']);
  });
});
