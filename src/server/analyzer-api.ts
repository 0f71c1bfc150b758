import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { batchPath, type BatchReply } from '../model/batch.ts';
import type { Json } from '../model/json.ts';
import { parseJson } from '../objects/json-text.ts';
import type { Address } from './address.ts';
import { apiPaths } from './paths.ts';

/** What only `kubectl port-forward` reaches, since it listens on loopback: RBAC guards it. */
export interface ReadingApi {
  report(top: number): object;
  findings(): object;
  top(): object;
  status(): object;
}

/** What probes and Prometheus ask. */
export interface HealthApi {
  /** Why it is not ready, or undefined. */
  notReady(): string | undefined;
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** What webhooks send. */
export interface TakingApi {
  /** Whose token it is; undefined where nobody's. */
  userOf(token: string): Promise<string | undefined>;
  isAllowed(user: string): boolean;
  /** undefined where the body is no batch. */
  take(body: Json | undefined): BatchReply | undefined;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A batch of requests, each some 500 bytes. */
const batchLimit = 8 * 1024 * 1024;

export function serveReading(address: Address, api: ReadingApi): Promise<Listening> {
  const app = bare();
  app.get(apiPaths.report, (request, response) => {
    const top = Number(request.query['top'] ?? 20);
    response.json(api.report(Number.isInteger(top) && top >= 0 ? Math.min(top, 10_000) : 20));
  });
  app.get(apiPaths.findings, (_, response) => void response.json(api.findings()));
  app.get(apiPaths.top, (_, response) => void response.json(api.top()));
  app.get(apiPaths.status, (_, response) => void response.json(api.status()));
  return listen(finished(app), address);
}

export function serveHealth(address: Address, api: HealthApi): Promise<Listening> {
  const app = bare();
  app.get('/livez', (_, response) => void response.type('text').send('ok\n'));
  app.get('/readyz', (_, response) => {
    const why = api.notReady();
    response
      .status(why === undefined ? 200 : 503)
      .type('text')
      .send(`${why ?? 'ok'}\n`);
  });
  app.get('/metrics', async (_, response) => {
    const { text, contentType } = await api.metrics();
    response.setHeader('content-type', contentType);
    response.send(text);
  });
  return listen(finished(app), address);
}

export function serveTaking(address: Address, api: TakingApi): Promise<Listening> {
  const app = bare();
  // Who it is comes before what it says: nobody unknown makes us read megabytes.
  app.post(batchPath, async (request, response, next) => {
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return void response.status(401).json({ error: 'no bearer token' });
    const user = await api.userOf(token);
    if (user === undefined) return void response.status(401).json({ error: 'unknown token' });
    if (!api.isAllowed(user)) return void response.status(403).json({ error: `${user} is not the webhook` });
    next();
  });
  app.post(batchPath, express.text({ type: 'application/json', limit: batchLimit }), (request, response) => {
    const text: unknown = request.body;
    const reply = api.take(typeof text === 'string' ? parseJson(text) : undefined);
    if (!reply) return void response.status(400).json({ error: 'no batch' });
    response.json(reply);
  });
  return listen(finished(app), address);
}

function bare(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}

const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error instanceof Object && 'status' in error && typeof error.status === 'number' ? error.status : 500;
  // The sentence is ours: an error may carry what was sent.
  response.status(status).json({ error: status === 413 ? 'too large' : status < 500 ? 'malformed' : 'failed' });
};

function finished(app: Express): Express {
  app.use((_, response) => void response.status(404).json({ error: 'no such path' }));
  app.use(failed);
  return app;
}

async function listen(app: Express, { host, port }: Address): Promise<Listening> {
  const server: Server = createServer(
    { headersTimeout: 5_000, requestTimeout: 30_000 },
    (request, response) => void app(request, response),
  );
  server.maxConnections = 256;
  server.listen(port, host);
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens on a port
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}
