import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyzerCommand } from '../../../src/commands/analyzer.ts';
import { maintainCommand } from '../../../src/commands/maintain.ts';
import { webhookCommand } from '../../../src/commands/webhook.ts';
import { serveHealth, serveTaking } from '../../../src/server/analyzer-api.ts';
import { issueAuthority, issueLeaf } from '../../../src/server/tls/issue.ts';
import { startWebhookServer } from '../../../src/server/webhook-server.ts';

const program = { version: '', entry: new URL('file:///') };
const metrics = { text: async () => '', contentType: 'text/plain' };
const health = { notReady: () => undefined, metrics: async () => ({ text: '', contentType: 'text/plain' }) };

type Served = { readonly port: number; stop(): Promise<void> };

async function servedAt(
  address: { host?: string; port: number },
  serve: 'health' | 'taking' | 'webhook',
): Promise<Served> {
  if (serve === 'webhook') {
    const pair = await issueLeaf(await issueAuthority('test', new Date()), ['localhost'], new Date());
    const rest = { answer: () => ({ refused: '' }), notReady: () => undefined, onRefused: () => undefined };
    const server = await startWebhookServer({ ...address, pair, metrics, ...rest });
    return { port: server.port, stop: () => server.stop({ lingerMs: 0, atMostMs: 0 }) };
  }
  const nobody = { userOf: async () => undefined, isAllowed: () => false, take: () => undefined };
  const { port, close } = await (serve === 'health' ? serveHealth(address, health) : serveTaking(address, nobody));
  return { port, stop: close };
}

/** '' where somebody listens. */
async function refusalAt(host: string, port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port });
  socket.once('connect', () => resolve('')).once('error', (error) => resolve(error.message));
  return promise.finally(() => socket.destroy());
}

const own = Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address));
const addresses = ['127.0.0.1', '::1'].filter((address) => own.includes(address));
if (!addresses.includes('::1'))
  console.warn('NOT RUN: the tests of listening on ::1, because this machine has no IPv6.');

describe.each([
  ['the webhook', 'webhook', webhookCommand(program).opts()['host']],
  ['the analyzer for probes and Prometheus', 'health', analyzerCommand(program).opts()['healthHost']],
  ['the analyzer for webhooks', 'taking', analyzerCommand(program).opts()['requestsHost']],
  ['maintain --watch', 'health', maintainCommand(program).opts()['metricsHost']],
] as const)('%s, told no address', (_, serve, host) => {
  let served: Served;
  beforeAll(async () => {
    served = await servedAt({ port: 0, host }, serve);
  });
  afterAll(() => served.stop());

  it.each(addresses)('listens on %s', async (address) => {
    expect(await refusalAt(address, served.port)).toBe('');
  });
});
