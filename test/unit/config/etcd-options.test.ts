import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseDuration } from '../../../src/config/duration.ts';
import { etcdConnection } from '../../../src/config/etcd-options.ts';
import { parseEndpoint } from '../../../src/etcd/endpoint.ts';

const scratch = mkdtempSync(join(tmpdir(), 'kubechurn-options-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const ca = join(scratch, 'ca.crt');
writeFileSync(ca, 'a certificate');

describe('the options for an etcd', () => {
  it('are none where no endpoint is given', () => {
    expect(etcdConnection({ cacert: ca }, {})).toBeUndefined();
  });

  it('take several endpoints, under either name', () => {
    expect(etcdConnection({ etcd: 'https://a:1, https://b:2,' }, {})).toMatchObject({
      endpoints: ['https://a:1', 'https://b:2'],
    });
    expect(etcdConnection({ endpoints: 'a:1' }, { ETCDCTL_ENDPOINTS: 'other:1' })).toMatchObject({
      endpoints: ['a:1'],
    });
  });

  it("take etcdctl's variables, and options before those", () => {
    const environment = {
      ETCDCTL_ENDPOINTS: 'https://a:1',
      ETCDCTL_CACERT: ca,
      ETCDCTL_USER: 'root:se:cret',
      ETCDCTL_COMMAND_TIMEOUT: '1m30s',
      ETCDCTL_INSECURE_SKIP_TLS_VERIFY: 'true',
    };
    expect(etcdConnection({ user: 'guest', password: 'guess' }, environment)).toEqual({
      endpoints: ['https://a:1'],
      cacert: { option: '--cacert', file: ca, text: 'a certificate' },
      user: { name: 'guest', password: 'guess' },
      insecureSkipTlsVerify: true,
      dialTimeoutMs: 5_000,
      commandTimeoutMs: 90_000,
    });
    expect(etcdConnection({}, environment)?.user).toEqual({ name: 'root', password: 'se:cret' });
  });

  it('verify certificates where the variable says "false"', () => {
    const environment = { ETCDCTL_INSECURE_SKIP_TLS_VERIFY: 'false', ETCDCTL_CERT: '' };
    expect(etcdConnection({ etcd: 'a' }, environment)).toMatchObject({ insecureSkipTlsVerify: false });
  });

  it('say what is missing beside a user or a password', () => {
    expect(() => etcdConnection({ etcd: 'a', user: 'root' }, {})).toThrow(/no password for user root/);
    expect(() => etcdConnection({ etcd: 'a', password: 'secret' }, {})).toThrow(/without --user/);
  });
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
  ])('of %s is %d ms', (text, milliseconds) => expect(parseDuration('--watch', text)).toBe(milliseconds));

  it.each(['', '5', '0s', '-1s', '1d', 's', '1s2', 'soon'])('is not "%s"', (text) =>
    expect(() => parseDuration('--watch', text)).toThrow(/--watch takes a duration such as/),
  );
});

describe('an endpoint', () => {
  it.each([
    ['https://10.0.0.1:2379', false, 'https://10.0.0.1:2379'],
    ['10.0.0.1', false, 'http://10.0.0.1:2379'],
    ['etcd.example.com:1234', true, 'https://etcd.example.com:1234'],
    ['https://etcd.example.com/', false, 'https://etcd.example.com:2379'],
    ['https://etcd.example.com:443', false, 'https://etcd.example.com:443'],
    ['http://etcd:80', true, 'http://etcd:80'],
    ['https://[::1]:2379', false, 'https://[::1]:2379'],
  ])('%s (certificates: %s) is %s', (text, hasCertificates, url) =>
    expect(parseEndpoint(text, hasCertificates).url).toBe(url),
  );

  it('has no brackets in its host', () => {
    expect(parseEndpoint('http://[::1]:2379', false)).toMatchObject({ host: '::1', address: '[::1]:2379' });
  });

  it.each(['', 'ftp://etcd', 'https://', 'http://etcd:99999', 'unix:///run/etcd.sock', 'http://etcd/v3'])(
    'is not "%s"',
    (text) => expect(() => parseEndpoint(text, false)).toThrow(/is no etcd endpoint/),
  );

  it('does not show a password it may hold', () => {
    expect(() => parseEndpoint('http://root:secret@etcd:2379', false)).toThrow(/^(?!.*secret)/);
  });
});
