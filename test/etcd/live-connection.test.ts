import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAuthority, type Authority, type Pair } from './harness/certificates.ts';
import { describeWith } from './harness/describe-with.ts';
import { freePorts } from './harness/free-ports.ts';
import { startEtcd, type Etcd } from './harness/start-etcd.ts';
import { requiredTool } from './harness/tool.ts';
import { complaint, triaged } from './harness/triage-live.ts';

async function listening<S extends Server | HttpServer>(server: S): Promise<{ server: S; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describeWith(['etcd'], 'an endpoint that is no healthy etcd', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  it('is told apart when nothing listens there', async () => {
    const [port] = await freePorts(1);
    expect(await complaint({ etcd: `http://127.0.0.1:${port}` })).toMatch(/^ETCD_REFUSED: nothing listens at http:/);
  });

  it('is told apart when its host has no address', async () => {
    expect(await complaint({ etcd: 'http://no-such-host.invalid:2379' })).toMatch(/^ETCD_UNKNOWN_HOST/);
  });

  it('is told apart when it accepts connections and says nothing, within the dial timeout', async () => {
    const sockets: Socket[] = [];
    const { server, port } = await listening(createServer((socket) => void sockets.push(socket.resume())));
    const began = performance.now();
    expect(await complaint({ etcd: `http://127.0.0.1:${port}`, dialTimeout: '500ms' })).toMatch(/^ETCD_SILENT/);
    expect(await complaint({ etcd: `https://127.0.0.1:${port}`, dialTimeout: '500ms' })).toMatch(/^ETCD_SILENT/);
    expect(performance.now() - began).toBeLessThan(10_000);
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  it('is told apart when it is another web server', async () => {
    const { server, port } = await listening(createHttpServer((_, response) => response.end('hello')));
    expect(await complaint({ etcd: `http://127.0.0.1:${port}` })).toMatch(/^ETCD_NOT_ETCD/);
    server.close();
  });

  it("is told apart when it is etcd's port for peers", async () => {
    expect(await complaint({ etcd: etcd.members[0]!.peer })).toMatch(/^ETCD_NOT_ETCD: .*2380 is for peers/);
  });

  it('is told apart when https is asked of plain http', async () => {
    expect(await complaint({ etcd: etcd.endpoint.replace('http:', 'https:') })).toMatch(/^ETCD_NEEDS_HTTP: .*http:/);
  });

  it('does not keep another one from being read, and is named in the report', async () => {
    const [port] = await freePorts(1);
    const { report } = await triaged({ etcd: `http://127.0.0.1:${port},${etcd.endpoint}` });
    expect(report.source).toMatchObject([{ kind: 'etcd', name: etcd.endpoint }]);
    expect(report.coverage.notSeen).toContainEqual(
      expect.stringContaining(`nothing listens at http://127.0.0.1:${port}`),
    );
  });
});

describeWith(['etcd', 'openssl'], 'an etcd that wants client certificates', () => {
  let authority: Authority;
  let stranger: Authority;
  let ours: Pair;
  let etcd: Etcd;
  beforeAll(async () => {
    authority = createAuthority('etcd-ca');
    stranger = createAuthority('another-ca');
    ours = authority.issue('triage');
    etcd = await startEtcd({ tls: { ...authority.issue('server'), clientCa: authority.ca } });
  });
  afterAll(async () => {
    await etcd.stop();
    authority.remove();
    stranger.remove();
  });

  it('is triaged with one, and with the variables of etcdctl', async () => {
    const { report } = await triaged({ etcd: etcd.endpoint, cacert: authority.ca, ...ours });
    expect(report.source).toMatchObject([{ kind: 'etcd', name: etcd.endpoint }]);
    expect(report.database).toMatchObject({ quotaBytes: 2 ** 31 });
  });

  it('is triaged unverified where that is wished', async () => {
    const { report } = await triaged({ etcd: etcd.endpoint, insecureSkipTlsVerify: true, ...ours });
    expect(report.database?.sizeBytes).toBeGreaterThan(0);
  });

  it.each([
    ['none is given', () => ({ cacert: authority.ca }), /^ETCD_NEEDS_CERTIFICATE/],
    [
      'one of another CA is given',
      () => ({ cacert: authority.ca, ...stranger.issue('spy') }),
      /^ETCD_CERTIFICATE_REFUSED/,
    ],
    [
      'one that expired is given',
      () => ({ cacert: authority.ca, ...authority.issue('old', { expired: true }) }),
      /^ETCD_CLIENT_CERTIFICATE_EXPIRED/,
    ],
    ['our CA is another one', () => ({ cacert: stranger.ca, ...ours }), /^ETCD_UNKNOWN_AUTHORITY/],
    ['we have no CA', () => ours, /^ETCD_UNKNOWN_AUTHORITY/],
    [
      'a key is given as the certificate',
      () => ({ cacert: authority.ca, cert: ours.key, key: ours.key }),
      /^ETCD_BAD_CERTIFICATE_FILE: --cert/,
    ],
    [
      'the key belongs to another one',
      () => ({ cacert: authority.ca, cert: ours.cert, key: authority.issue('other').key }),
      /^ETCD_BAD_CERTIFICATE_FILE: --key/,
    ],
    ['only half a pair is given', () => ({ cacert: authority.ca, cert: ours.cert }), /^ETCD_HALF_PAIR/],
    ['a file is missing', () => ({ cacert: '/no/such/ca.crt' }), /^OPTION_FILE_/],
  ])('says so when %s', async (_, values, sentence) => {
    expect(await complaint({ etcd: etcd.endpoint, ...values() })).toMatch(sentence);
  });

  it('says so when http is asked of it', async () => {
    expect(await complaint({ etcd: etcd.endpoint.replace('https:', 'http:') })).toMatch(/^ETCD_NEEDS_HTTPS: .*https:/);
  });
});

describeWith(['etcd', 'openssl'], 'an etcd whose own certificate is no good', () => {
  const authorities: Authority[] = [];
  const etcds: Etcd[] = [];
  afterAll(async () => {
    for (const etcd of etcds) await etcd.stop();
    for (const authority of authorities) authority.remove();
  });

  async function serving(options: Parameters<Authority['issue']>[1]) {
    const authority = createAuthority('etcd-ca');
    authorities.push(authority);
    const etcd = await startEtcd({ tls: authority.issue('server', options) });
    etcds.push(etcd);
    return { etcd: etcd.endpoint, cacert: authority.ca };
  }

  it('says so when it has expired, and is read all the same where that is wished', async () => {
    const values = await serving({ expired: true });
    expect(await complaint(values)).toMatch(/^ETCD_CERTIFICATE_EXPIRED: .* expired on \d{4}-\d\d-\d\d/);
    expect((await triaged({ ...values, insecureSkipTlsVerify: true })).report.totals.writes).toBe(0);
  });

  it('says so when it is for another name', async () => {
    expect(await complaint(await serving({ for: 'DNS:etcd.example.com' }))).toMatch(
      /^ETCD_WRONG_NAME: .*etcd\.example\.com/,
    );
  });
});

const settings = Array.from({ length: 40 }, (_, i) => [`/registry/configmaps/team-a/settings-${i}`, '{}'] as const);

describeWith(['etcd', 'etcdctl'], 'an etcd with authentication', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
    await etcd.client.putAll(settings);
    const etcdctl = (...args: string[]) =>
      execFileSync(requiredTool('etcdctl'), ['--endpoints', etcd.endpoint, ...args], { stdio: 'ignore' });
    etcdctl('user', 'add', 'root:secret');
    etcdctl('user', 'grant-role', 'root', 'root');
    etcdctl('role', 'add', 'narrow');
    etcdctl('role', 'grant-permission', 'narrow', 'read', '/other');
    etcdctl('user', 'add', 'guest:guess');
    etcdctl('user', 'grant-role', 'guest', 'narrow');
    etcdctl('auth', 'enable');
  });
  afterAll(() => etcd.stop());

  it('is triaged by root', async () => {
    const { report, census } = await triaged({ etcd: etcd.endpoint, user: 'root', password: 'secret' });
    expect(report.totals.writes).toBe(settings.length);
    expect(census?.keys).toBe(settings.length);
  });

  it('takes the password behind the name too', async () => {
    expect((await triaged({ etcd: etcd.endpoint, user: 'root:secret' })).report.totals.writes).toBe(settings.length);
  });

  it('says so when no user is given', async () => {
    expect(await complaint({ etcd: etcd.endpoint })).toMatch(/^ETCD_NEEDS_USER/);
  });

  it('says so when the password is wrong', async () => {
    expect(await complaint({ etcd: etcd.endpoint, user: 'root:wrong' })).toMatch(/^ETCD_WRONG_PASSWORD/);
  });

  it('says what was denied to a user who may not read everything', async () => {
    const [outcome] = await Promise.allSettled([triaged({ etcd: etcd.endpoint, user: 'guest:guess' })]);
    const said =
      outcome.status === 'fulfilled'
        ? outcome.value.report.coverage.notSeen.join('\n')
        : (outcome.reason as Error).message;
    expect(said).toMatch(/does not permit this user (its status|the census|the snapshot)/);
  });

  it('does not mind a user where there is no authentication', async () => {
    const open = await startEtcd();
    expect((await triaged({ etcd: open.endpoint, user: 'root:secret' })).report.totals.writes).toBe(0);
    await open.stop();
  });
});
