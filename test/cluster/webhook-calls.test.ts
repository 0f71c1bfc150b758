import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { startWebhook, type Webhook } from './harness/webhook.ts';

jest.setTimeout(120_000); // for machines that are busy

const json = { 'content-type': 'application/json' };

describe('the webhook as a server', () => {
  const scene = openScene('webhook-calls');
  let webhook: Webhook;
  let agent: Agent;
  beforeAll(async () => {
    webhook = await startWebhook(scene);
    agent = new Agent({ keepAlive: true, maxSockets: 2, ca: webhook.authority.certificate });
  });
  afterAll(async () => {
    agent.destroy();
    await scene.close();
  });

  const call = async (
    method: string,
    path: string,
    body: string | Buffer = '',
    headers: Record<string, string> = json,
    through = agent,
  ): Promise<{ status: number; text: string; connection: string | undefined }> => {
    const sent = httpsRequest(`${webhook.url}${path}`, { method, agent: through, headers });
    sent.end(body);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const piece of response) text += String(piece);
    return { status: response.statusCode, text, connection: response.headers.connection };
  };
  const review = (fields: object = {}, version = 'v1'): string =>
    JSON.stringify({
      apiVersion: `admission.k8s.io/${version}`,
      kind: 'AdmissionReview',
      request: {
        uid: 'u1',
        operation: 'CREATE',
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        userInfo: { username: 'alice' },
        ...fields,
      },
    });
  const servedSerial = async (): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: webhook.port, ca: webhook.authority.certificate });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };

  it('answers by the uid of the question', async () => {
    const { status, text } = await call('POST', '/admit?timeout=1s', review());
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u1', allowed: true },
    });
  });

  const refusals: readonly (readonly [string, number, string, string | Buffer, Record<string, string>?])[] = [
    ['no JSON', 400, '/admit', '{"kind":'],
    ['JSON that is no object', 400, '/admit', '[]'],
    ['another kind', 400, '/admit', '{"kind":"Pod"}'],
    ['an older version', 400, '/admit', review({}, 'v1beta1')],
    ['a review without a uid', 400, '/admit', review({ uid: null })],
    ['an operation that was not asked for', 400, '/admit', review({ operation: 'CONNECT' })],
    ['a review without a resource', 400, '/admit', review({ resource: 7 })],
    ['deeper nesting than a stack', 400, '/admit', '['.repeat(100_000)],
    ['more than 8 MiB', 413, '/admit', Buffer.alloc(8 * 1024 * 1024 + 1, 0x20)],
    ['another type', 415, '/admit', review(), { 'content-type': 'text/plain' }],
    ['a compressed body', 415, '/admit', gzipSync(review()), { ...json, 'content-encoding': 'gzip' }],
    ['another path', 404, '/other', review()],
  ];
  // jest would print the bodies, all 8 MiB, into the names that `it.each` makes.
  for (const [what, expected, path, body, headers] of refusals)
    it(`refuses ${what} with ${expected} and goes on`, async () => {
      const { status, text } = await call('POST', path, body, headers);
      expect({ status, lines: text.split('\n').length }).toEqual({ status: expected, lines: 2 });
      expect((await call('GET', '/livez')).status).toBe(200);
    });

  it('takes a review of 8 MB', async () => {
    const object = { metadata: { name: 'large' }, data: { text: 'x'.repeat(8_000_000) } };
    expect((await call('POST', '/admit', review({ object }))).status).toBe(200);
  });

  it('takes an object with 1 MB of managedFields', async () => {
    const fieldsV1 = { 'f:data': Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f:key-${i}`, {}])) };
    const managedFields = Array.from({ length: 150 }, (_, i) => ({
      ...{ manager: `manager-${i}`, operation: 'Apply', apiVersion: 'v1', time: '2025-06-01T12:00:00Z' },
      ...{ fieldsType: 'FieldsV1', fieldsV1 },
    }));
    const of = (mode: string) => ({ metadata: { name: 'owned', namespace: 'shop', managedFields }, data: { mode } });
    const body = review({ operation: 'UPDATE', object: of('b'), oldObject: of('a') });
    expect(body.length).toBeGreaterThan(2_000_000);
    expect((await call('POST', '/admit', body)).status).toBe(200);
  });

  it('bears a flood of 20,000 distinct objects with the memory that the chart gives it', async () => {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let n = next++; n < 20_000; n = next++)
        expect((await call('POST', '/admit', review({ name: `flood-${n}`, uid: `flood-${n}` }))).status).toBe(200);
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${webhook.process.pid}/status`, 'utf8'))?.[1];
    expect(Number(kilobytes) * 1024).toBeLessThan(256 * 2 ** 20);
  });

  it('takes odd names, odd letters and what is of no type it expects', async () => {
    const odd = { metadata: { name: '__proto__', labels: 7, managedFields: {}, ownerReferences: [null] }, '': null };
    for (const object of [odd, { metadata: { name: '\u0000é\ud800' } }, null, [], 'x'])
      expect((await call('POST', '/admit', review({ operation: 'UPDATE', object, oldObject: odd }))).status).toBe(200);
  });

  it('survives objects nested deeper than any walk over them can go', async () => {
    const nested = (value: number) => `${'{"a":'.repeat(50_000)}${value}${'}'.repeat(50_000)}`;
    const body = (value: number) =>
      review({ operation: 'UPDATE', name: 'deep' }).replace(
        /}}$/,
        `,"oldObject":${nested(0)},"object":${nested(value)}}}`,
      );
    for (let value = 1; value < 6; value++)
      expect([200, 400]).toContain((await call('POST', '/admit', body(value))).status);
    expect((await call('POST', '/admit', review())).status).toBe(200);
  });

  it('cuts off who sends a request a byte at a time, and who speaks no TLS', async () => {
    const slow = connect({ host: '127.0.0.1', port: webhook.port, ca: webhook.authority.certificate });
    slow.on('error', () => undefined);
    await once(slow, 'secureConnect');
    slow.write('POST /admit HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n');
    const drip = setInterval(() => slow.write('x: y\r\n'), 200);
    const plain = connectPlain({ host: '127.0.0.1', port: webhook.port });
    plain.on('error', () => undefined);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    slow.resume();
    plain.resume();
    await Promise.all([once(slow, 'close'), once(plain, 'close')]);
    clearInterval(drip);
    expect((await call('POST', '/admit', review())).status).toBe(200);
  });

  it('serves with a new certificate without losing a call, and keeps the old one where the new pair does not fit', async () => {
    const before = await servedSerial();
    let [calls, failed] = [0, 0];
    const calling = new AbortController();
    const eachAnew = new Agent({ ca: webhook.authority.certificate });
    const client = (async () => {
      while (!calling.signal.aborted) {
        const through = calls % 2 === 0 ? agent : eachAnew;
        const { status } = await call('POST', '/admit', review(), json, through).catch(() => ({ status: 0 }));
        calls += 1;
        if (status !== 200) failed += 1;
      }
    })();
    const pair = await webhook.renew();
    const after = await until('the new certificate', async () => {
      const serial = await servedSerial();
      return serial !== before && serial;
    });
    writeFileSync(webhook.files.key, (await webhook.renew()).key.replace(/^[^-].*/m, 'AAAA'));
    await until('the pair to be found wanting', () => webhook.process.lastWords().includes('certificate not replaced'));
    expect(await servedSerial()).toBe(after);
    writeFileSync(webhook.files.certificate, pair.certificate);
    writeFileSync(webhook.files.key, pair.key);
    calling.abort();
    await client;
    expect(calls).toBeGreaterThan(10);
    expect(failed).toBe(0);
  });

  it('is not ready with a certificate that has expired, and ready again with the next', async () => {
    expect((await call('GET', '/readyz')).status).toBe(200);
    await webhook.renew(new Date(Date.now() - 8 * 86_400_000));
    await until('it to be unready', async () => {
      const { status, text } = await call('GET', '/readyz');
      return status === 503 && text === 'the certificate has expired\n';
    });
    await webhook.renew();
    await until('it to be ready', async () => (await call('GET', '/readyz')).status === 200);
  });

  it('serves on after SIGTERM while it is not ready, closes connections by its answers, and ends', async () => {
    process.kill(webhook.process.pid, 'SIGTERM');
    await until('it to be unready', async () => (await call('GET', '/readyz')).status === 503);
    const last = await call('POST', '/admit', review());
    expect(last).toMatchObject({ status: 200, connection: 'close' });
    await until('it to end', () => webhook.process.ended());
    expect(webhook.process.lastWords()).toContain('webhook stopped');
  });
});
