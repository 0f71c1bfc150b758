import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { etcdConnection } from '../../src/config/etcd-options.ts';
import { pause } from '../../src/kube/pause.ts';
import { watchEtcdBeside, type EtcdWatchState } from '../../src/pipeline/analyzer/etcd-beside.ts';
import { connectMembers } from '../../src/pipeline/member/members.ts';
import { createAuthority, type Authority, type Pair } from './harness/certificates.ts';
import { describeWith } from './harness/describe-with.ts';
import { openScene } from './harness/scene.ts';
import { startEtcd, type Etcd } from './harness/start-etcd.ts';
import { requiredTool } from './harness/tool.ts';
import { until } from './harness/until.ts';

describeWith(['etcd', 'etcdctl', 'openssl'], 'the watch of an etcd beside the API', () => {
  const scene = openScene('etcd-beside');
  const files = { cert: join(scene.directory, 'client.crt'), key: join(scene.directory, 'client.key') };
  const ending = new AbortController();
  const states: EtcdWatchState[] = [];
  const seen = new Map<string, number>();
  let authority: Authority;
  let etcd: Etcd;
  let valid: Pair;
  let watching: Promise<void>;

  const use = ({ cert, key }: Pair): void => {
    copyFileSync(cert, files.cert);
    copyFileSync(key, files.key);
  };
  const put = (key: string): void => {
    const tls = ['--cacert', authority.ca, '--cert', valid.cert, '--key', valid.key];
    execFileSync(requiredTool('etcdctl'), ['--endpoints', etcd.endpoint, ...tls, 'put', key, 'x'], { stdio: 'ignore' });
  };
  const becomes = (name: EtcdWatchState['name']): Promise<unknown> =>
    until(`the watch to be ${name}`, () => states.at(-1)?.name === name);

  beforeAll(async () => {
    authority = createAuthority('etcd-ca');
    valid = authority.issue('valid');
    use(authority.issue('ended', { expired: true }));
    etcd = await startEtcd({ tls: { ...authority.issue('server'), clientCa: authority.ca } });
    watching = watchEtcdBeside({
      connect: async () => connectMembers(etcdConnection({ etcd: etcd.endpoint, cacert: authority.ca, ...files }, {})!),
      signal: ending.signal,
      pause: (milliseconds, signal) => pause(milliseconds / 20, signal),
      random: () => 0,
      onWrite: ({ key, revision }) => seen.set(Buffer.from(key).toString(), revision),
      onState: (state) => states.push(state),
    });
  });
  afterAll(async () => {
    ending.abort();
    await watching;
    await etcd.stop();
    await scene.close();
    authority.remove();
  });

  it('begins once the client certificate in its files is a valid one', async () => {
    await becomes('retrying');
    expect(states).toEqual([{ name: 'retrying', why: expect.stringContaining(`${files.cert} expired`) }]);
    use(valid);
    await becomes('watching');
    put('/first');
    await until('the write', () => seen.has('/first'));
  });

  it('says that it was lost when etcd ends, and goes on where it was when that is back', async () => {
    process.kill(etcd.pid, 'SIGKILL');
    await becomes('retrying');
    await etcd.restart(0);
    put('/second');
    await until('the write', () => seen.has('/second'));
    expect(states.at(-1)).toEqual({ name: 'watching' });
    expect(seen.get('/second')).toBe(seen.get('/first')! + 1);
  });
});
