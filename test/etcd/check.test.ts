import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { etcdConnection } from '../../src/config/etcd-options.ts';
import { parseEndpoint } from '../../src/etcd/endpoint.ts';
import { connectMember } from '../../src/etcd/member.ts';
import { idField, numberField } from '../../src/etcd/wire-fields.ts';
import { createAuthority, type Authority } from './harness/certificates.ts';
import { checked } from './harness/check-live.ts';
import { describeWith } from './harness/describe-with.ts';
import { followerOf } from './harness/follower.ts';
import { freePorts } from './harness/free-ports.ts';
import { startEtcd, type Etcd } from './harness/start-etcd.ts';
import { requiredTool } from './harness/tool.ts';
import { until } from './harness/until.ts';

const MiB = 1024 ** 2;
const goodFlags = [
  '--quota-backend-bytes=8589934592',
  '--auto-compaction-mode=periodic',
  '--auto-compaction-retention=30m',
];
const stray = 'stray key quota-backend-bytes';

function etcdctl(etcd: Pick<Etcd, 'endpoints'>, ...args: string[]): string {
  const to = ['--endpoints', etcd.endpoints.join()];
  return execFileSync(requiredTool('etcdctl'), [...to, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const text = (size: number): string => 'x'.repeat(size);

/** Puts until etcd answers that it is full. */
async function fill({ client }: Etcd): Promise<void> {
  for (let i = 0; ; i += 1) {
    try {
      await client.put(`/registry/fill/${i}`, text(MiB / 4));
    } catch (error) {
      if (String(error).includes('database space exceeded')) return;
      throw error;
    }
  }
}

describeWith(['etcd', 'openssl'], 'check of three healthy members over TLS', () => {
  let authority: Authority;
  let etcd: Etcd;
  let options: Parameters<typeof checked>[0];
  beforeAll(async () => {
    authority = createAuthority('etcd-ca');
    const server = authority.issue('server', { days: 300 });
    const client = authority.issue('client', { days: 300 });
    etcd = await startEtcd({ members: 3, tls: { ...server, clientCa: authority.ca }, extraArgs: goodFlags });
    options = { etcd: etcd.endpoints.join(), cacert: authority.ca, ...client };
  });
  afterAll(async () => {
    await etcd.stop();
    authority.remove();
  });

  it('finds nothing wrong', async () => {
    const { report, with: those } = await checked(options);
    expect({ failed: those('failed'), warning: those('warning') }).toEqual({ failed: [], warning: [] });
    expect(report.result).toBe('ok');
    expect(those('skipped')).toEqual(['backup']);
  });

  it('finds the members that no endpoint names, and says so', async () => {
    const { of } = await checked({ ...options, etcd: etcd.endpoints[1]! });
    expect(of('members answer')).toMatchObject({
      result: 'ok',
      why: expect.stringMatching(/^all 3 answer; not given, found in the list of members: member-1 and member-3$/),
    });
  });

  it('counts a member once that two endpoints name', async () => {
    const twice = [...etcd.endpoints, etcd.endpoint.replace('127.0.0.1', 'localhost')].join();
    const { of } = await checked({ ...options, etcd: twice, insecureSkipTlsVerify: true });
    expect(of('members answer').why).toBe('all 3 answer');
  });

  it('sees the volume of an etcd on this machine', async () => {
    expect((await checked(options)).of('volume')).toMatchObject({ result: 'ok', why: expect.stringContaining('free') });
  });

  it('fails for a client certificate that has expired', async () => {
    const { report, of } = await checked({ ...options, ...authority.issue('old', { expired: true }) });
    expect(report.result).toBe('failed');
    expect(of('client certificate')).toMatchObject({
      result: 'failed',
      why: expect.stringMatching(/old\.crt expired on/),
    });
    expect(of('members answer').result).toBe('failed');
    expect(of('server certificates').result).toBe('ok');
  });

  it('fails for a client certificate that ends within a week', async () => {
    const { of, with: those } = await checked({ ...options, ...authority.issue('short', { days: 3 }) });
    expect(those('failed')).toEqual(['client certificate']);
    expect(of('client certificate').hint).toContain('kubeadm certs renew');
  });
});

describeWith(['etcd', 'openssl'], 'check of a server certificate', () => {
  it.each([
    [{ expired: true }, 'failed', /expired on/],
    [{ days: 20 }, 'warning', /(19|20) d .*from now/],
  ] as const)('made with %j ends as %s', async (made, result, why) => {
    const authority = createAuthority('etcd-ca');
    const etcd = await startEtcd({ tls: authority.issue('server', made) });
    const { of } = await checked({ etcd: etcd.endpoint, cacert: authority.ca });
    expect(of('server certificates')).toMatchObject({ result, why: expect.stringMatching(why) });
    await etcd.stop();
    authority.remove();
  });
});

describeWith(['etcd-3.4', 'etcd-3.5', 'etcd-3.6'], 'check of every version', () => {
  it.each(['3.4', '3.5', '3.6'] as const)(
    'reads quota, flags, volume and last compaction of etcd %s',
    async (version) => {
      const etcd = await startEtcd({ version, quotaBytes: 64 * MiB, extraArgs: ['--auto-compaction-retention=1'] });
      const revision = await etcd.client.put('a', 'b');
      await etcd.client.compact(revision);
      const { of, with: those } = await checked({ etcd: etcd.endpoint });
      expect(those('failed')).toEqual([]);
      expect(of('version').why).toContain(etcd.version);
      expect(of('version').result).toBe(version === '3.4' ? 'warning' : 'ok');
      expect(of('quota').why).toBe('64.0 MiB');
      expect(of('auto-compaction')).toMatchObject({ result: 'ok', why: 'periodic, 1 h' });
      // etcd 3.4 does not say when it was
      expect(of('last compaction').why).toMatch(version === '3.4' ? /unknown when/ : /^\d s ago by etcd itself/);
      expect(of('volume').result).toBe('ok');
      await etcd.stop();
    },
  );
});

describeWith(
  ['etcd-3.4', 'etcd-3.5', 'etcd-3.6', 'etcdctl', 'openssl'],
  'check of a full etcd of every version',
  () => {
    it.each(['3.4', '3.5', '3.6'] as const)('tells NOSPACE and the quota of etcd %s over TLS', async (version) => {
      const authority = createAuthority('etcd-ca');
      const server = authority.issue('server', { days: 300 });
      const etcd = await startEtcd({ version, quotaBytes: 8 * MiB, tls: { ...server, clientCa: authority.ca } });
      const pair = authority.issue('client', { days: 300 });
      const tls = ['--cacert', authority.ca, '--cert', pair.cert, '--key', pair.key];
      const to = ['--endpoints', etcd.endpoint, ...tls];
      const put = () => spawnSync(requiredTool('etcdctl'), [...to, 'put', 'a'], { input: text(MiB), encoding: 'utf8' });
      const refusal = await until('etcd to be full', () => put().stderr || undefined);
      expect(refusal).toContain('database space exceeded');
      const { of, with: those } = await checked({ etcd: etcd.endpoint, cacert: authority.ca, ...pair });
      expect(those('failed')).toEqual(['alarms', 'size', 'time to quota']);
      expect(of('alarms').why).toBe('NOSPACE of member-1: etcd refuses every write');
      expect(of('quota').why).toBe('8.0 MiB');
      expect(of('server certificates').result).toBe('ok');
      await etcd.stop();
      authority.remove();
    });
  },
);

describeWith(['etcd'], 'check of CORRUPT', () => {
  it('is told though NOSPACE is armed too, and says to change nothing', async () => {
    const etcd = await startEtcd();
    const member = connectMember(parseEndpoint(etcd.endpoint, false), etcdConnection({ etcd: etcd.endpoint }, {})!);
    const { memberId } = await member.status();
    const activate = 1;
    for (const alarm of [1, 2]) {
      const request = [numberField(0x08, activate), idField(0x10, memberId), numberField(0x18, alarm)];
      await member.call('/etcdserverpb.Maintenance/Alarm', Buffer.concat(request), 'arming an alarm');
    }
    member.close();
    const { of } = await checked({ etcd: etcd.endpoint });
    expect(of('alarms')).toMatchObject({
      result: 'failed',
      why: 'CORRUPT of member-1, NOSPACE of member-1: members disagree about the data',
      hint: expect.stringMatching(/^change nothing/),
    });
    await etcd.stop();
  });
});

describeWith(['etcd', 'etcdctl'], 'check of an etcd as it comes', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  it('advises a quota and auto-compaction, in the words of kubeadm and vCluster', async () => {
    const { of, with: those } = await checked({ etcd: etcd.endpoint });
    expect(those('warning')).toEqual(['quota', 'auto-compaction']);
    expect(of('quota').hint).toContain('quota-backend-bytes: "8589934592"');
    expect(of('auto-compaction').hint).toContain('controlPlane:\n  backingStore:');
    expect(of('auto-compaction').hint).toContain('- --auto-compaction-retention=30m');
  });

  it('finds the stray key of that name, reads no other, and writes nothing', async () => {
    etcdctl(etcd, 'put', 'quota-backend-bytes', '8589934592');
    await etcd.client.put('quota-backend-bytes-2', 'a neighbour');
    const before = (await etcd.client.status()).revision;
    const { of } = await checked({ etcd: etcd.endpoint });
    expect(of(stray)).toMatchObject({ result: 'failed', why: expect.stringContaining('"8589934592"') });
    expect(of(stray).hint).toContain('etcdctl del quota-backend-bytes');
    expect((await etcd.client.status()).revision).toBe(before);
    etcdctl(etcd, 'del', 'quota-backend-bytes');
    expect((await checked({ etcd: etcd.endpoint })).of(stray).result).toBe('ok');
  });

  it('foresees when the quota is reached, while somebody writes', async () => {
    const done = new AbortController();
    const writer = (async () => {
      for (let i = 0; !done.signal.aborted; i += 1) await etcd.client.put(`/registry/grow/${i}`, text(100_000));
    })();
    const { of } = await checked({ etcd: etcd.endpoint }, { betweenMs: 1_000 });
    done.abort();
    await writer;
    expect(of('time to quota').why).toMatch(/if nothing were compacted: .* an hour, seen for \d+ s/);
    expect(of('time to quota').result).toBe('failed');
  });

  it('says that a member was added and never started, and that learners are no members for ever', async () => {
    const [peer] = await freePorts(1);
    const single = await startEtcd();
    etcdctl(single, 'member', 'add', 'newcomer', '--learner', `--peer-urls=http://127.0.0.1:${peer}`);
    const { of } = await checked({ etcd: single.endpoint });
    expect(of('members answer')).toMatchObject({ result: 'failed', why: expect.stringContaining('has never started') });
    expect(of('learners')).toMatchObject({
      result: 'warning',
      hint: expect.stringContaining('etcdctl member promote'),
    });
    await single.stop();
  });
});

describeWith(['etcd'], "check of kube-apiserver's compaction", () => {
  it('dates it by the leases that were stored then', async () => {
    const etcd = await startEtcd();
    const { client } = etcd;
    const renewTime = new Date(Date.now() - 20 * 60_000).toISOString();
    const lease = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', spec: { renewTime } };
    await client.put('/registry/leases/kube-system/kube-scheduler', JSON.stringify(lease));
    const compacted = await client.put('/registry/a', 'b');
    await client.put('compact_rev_key', String(compacted));
    const later = { ...lease, spec: { renewTime: new Date().toISOString() } };
    await client.put('/registry/leases/kube-system/kube-scheduler', JSON.stringify(later));
    const { of } = await checked({ etcd: etcd.endpoint });
    expect(of('last compaction').why).toMatch(/^20 min ago by kube-apiserver; 2 revisions are kept$/);
    await etcd.stop();
  });
});

describeWith(['etcd'], 'check of three members in trouble', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd({ members: 3, quotaBytes: 16 * MiB });
  });
  afterAll(() => etcd.stop());
  const options = () => ({ etcd: etcd.endpoints.join(), commandTimeout: '2s' });

  it('names a member that hangs, and judges the others', async () => {
    const hanging = await followerOf(etcd);
    process.kill(hanging.pid, 'SIGSTOP');
    const { of, report } = await checked(options());
    process.kill(hanging.pid, 'SIGCONT');
    expect(report.result).toBe('failed');
    expect(of('members answer')).toMatchObject({
      result: 'failed',
      why: expect.stringMatching(new RegExp(`^${hanging.name}: .*did not answer`)),
    });
    expect(of('quota').why).toBe('16.0 MiB on every member');
    expect(of('number of members').why).toMatch(/^3 voters/);
  });

  it('works without a quorum', async () => {
    const stopped = etcd.members.slice(1);
    for (const { pid } of stopped) process.kill(pid, 'SIGSTOP');
    try {
      const led = await until('the leader to be missed', async () => {
        const { of } = await checked({ etcd: etcd.endpoint, commandTimeout: '1s', dialTimeout: '500ms' });
        return of('one leader').result === 'failed' && of;
      });
      expect(led('one leader').why).toMatch(/no leader/);
      expect(led('members answer').why).toMatch(/member-2: .*member-3: /);
      expect(led('number of members').why).toMatch(/^3 voters/);
    } finally {
      for (const { pid } of stopped) process.kill(pid, 'SIGCONT');
    }
  });

  it('says that etcd is full, on which members, and what to run', async () => {
    await until(
      'every member to follow a leader again',
      async () => (await checked(options())).of('one leader').result === 'ok',
    );
    await fill(etcd);
    const { of } = await checked(options());
    expect(of('alarms')).toMatchObject({ result: 'failed', why: expect.stringMatching(/^NOSPACE of member-/) });
    expect(of('alarms').hint).toContain('kubechurn maintain --etcd URLS');
    expect(of('size').result).toBe('failed');
    expect(of('time to quota').result).toBe('failed');
  });
});

describeWith(['etcd'], 'check of what cannot be right', () => {
  it('reports that nothing answers, and skips what it could not see', async () => {
    const [port] = await freePorts(1);
    const { report, with: those } = await checked({ etcd: `http://127.0.0.1:${port}` });
    expect(report.result).toBe('failed');
    expect(those('failed')).toEqual(['members answer']);
    expect(those('ok')).toEqual([]);
  });

  it('tells two etcds apart', async () => {
    const etcds = [await startEtcd(), await startEtcd()];
    const { of } = await checked({ etcd: etcds.map(({ endpoint }) => endpoint).join() });
    expect(of('one cluster').result).toBe('failed');
    expect(of('lag')).toMatchObject({ result: 'skipped', why: expect.stringContaining('different etcds') });
    for (const etcd of etcds) await etcd.stop();
  });

  it.each([
    [{}, /^NO_ETCD_GIVEN$/],
    [{ target: 'openshift' }, /^TARGET_UNKNOWN$/],
    [{ etcd: 'not a url' }, /^ETCD_BAD_ENDPOINT$/],
    [{ etcd: 'https://127.0.0.1:1', cert: '/no/such/file' }, /^OPTION_FILE_/],
  ])('refuses %j as usage', async (options, code) => {
    await expect(checked(options)).rejects.toMatchObject({ code: expect.stringMatching(code), exitCode: 2 });
  });
});

describeWith(['etcd', 'etcdctl'], 'check of an etcd with authentication', () => {
  it('says who is needed', async () => {
    const etcd = await startEtcd();
    for (const args of ['user add root:secret', 'user grant-role root root', 'auth enable'])
      etcdctl(etcd, ...args.split(' '));
    const without = await checked({ etcd: etcd.endpoint });
    expect(without.of('members answer')).toMatchObject({ result: 'failed', why: expect.stringContaining('--user') });
    const { with: those } = await checked({ etcd: etcd.endpoint, user: 'root:secret' });
    expect(those('failed')).toEqual([]);
    await etcd.stop();
  });
});
