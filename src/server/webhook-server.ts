import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import type { ThrottleLabel } from '../model/throttle-label.ts';
import type { Address } from './address.ts';
import type { KeyPair } from './tls/key-pair.ts';

/** What a call is answered with, and what is left to do once the answer is out. */
export type Reply = { readonly text: string; after(): void } | { readonly refused: string; readonly text?: undefined };

/** Where an API server asks, and what that tells of the object's namespace: no review carries its labels. */
const webhookPaths: Readonly<Record<string, ThrottleLabel>> = {
  '/admit': 'none',
  '/admit/throttle': 'on',
  '/admit/unthrottled': 'off',
};

export interface WebhookServerOptions extends Address {
  readonly pair: KeyPair;
  answer(body: Buffer, namespace: ThrottleLabel): Reply;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  /** Why calls should go elsewhere, or undefined. */
  notReady(): string | undefined;
  /** A call that could not be answered: one constant word and the HTTP status. */
  onRefused(why: string, status: number): void;
}

export interface WebhookServer {
  readonly port: number;
  /** Takes effect for the next connection. Throws, and goes on with the old pair, where key and certificate do not fit. */
  use(pair: KeyPair): void;
  /** Not ready, serving on for `lingerMs`, then closing each connection after its answer; cut off after `atMostMs`. */
  stop(times: { readonly lingerMs: number; readonly atMostMs: number }): Promise<void>;
}

/** An update carries the object twice, each up to 3 MiB as the API server takes it, most far below etcd's 1.5 MiB. */
const bodyLimit = 8 * 1024 * 1024;

/** The API server keeps idle connections for 90 s (net/http, IdleConnTimeout): whoever closes first must not be us. */
const keepAliveTimeout = 100_000;
/** Its own patience with a webhook is 30 s at most; who is slower only holds the connection. */
const patience = { handshakeTimeout: 5_000, headersTimeout: 5_000, requestTimeout: 10_000 };
const mostConnections = 1_000;

export async function startWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  let stopping = false;
  const app = webhookApp(options, () => stopping);
  const server = createServer(
    { ...secure(options.pair), ...patience, keepAliveTimeout, connectionsCheckingInterval: 1_000 },
    (request, response) => void app(request, response),
  );
  server.maxConnections = mostConnections;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    use: (pair) => server.setSecureContext(secure(pair)),
    async stop({ lingerMs, atMostMs }) {
      if (stopping) return;
      stopping = true;
      await pause(lingerMs);
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), atMostMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function webhookApp(
  { answer, metrics, notReady, onRefused }: WebhookServerOptions,
  isStopping: () => boolean,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  const body = express.raw({ type: 'application/json', limit: bodyLimit, inflate: false });
  const refuse = (response: Response, status: number, why: string): void => {
    onRefused(why, status);
    response.status(status).type('text/plain').send(`${why}\n`);
  };

  for (const [path, namespace] of Object.entries(webhookPaths)) {
    app.post(path, body, (request, response) => {
      const bytes: unknown = request.body;
      if (!Buffer.isBuffer(bytes)) return refuse(response, 415, 'send an AdmissionReview as application/json');
      const reply = answer(bytes, namespace);
      if (reply.text === undefined) return refuse(response, 400, reply.refused);
      if (isStopping()) response.setHeader('connection', 'close');
      response.setHeader('content-type', 'application/json');
      response.end(reply.text);
      setImmediate(reply.after);
    });
  }
  app.get('/livez', (_request, response) => void response.type('text/plain').send('ok\n'));
  app.get('/readyz', (_request, response) => {
    const why = isStopping() ? 'stopping' : notReady();
    response
      .status(why === undefined ? 200 : 503)
      .type('text/plain')
      .send(`${why ?? 'ok'}\n`);
  });
  app.get('/metrics', async (_request, response) => {
    response.setHeader('content-type', metrics.contentType);
    response.end(await metrics.text());
  });
  app.use((_request, response) => refuse(response, 404, 'there is nothing at this path'));
  app.use(failed(refuse));
  return app;
}

/** What the body's reader throws (too large, cut off, compressed) carries its status; anything else is ours. */
function failed(refuse: (response: Response, status: number, why: string) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof Object && 'status' in error ? Number(error.status) : 500;
    refuse(response, status, status === 500 ? 'unexpected failure' : (sentences[status] ?? 'the body cannot be read'));
  };
}

const sentences: Readonly<Record<number, string>> = {
  413: `the body is larger than ${bodyLimit} bytes`,
  415: 'a compressed body is not taken',
};

function secure({ certificate, key }: KeyPair): { readonly cert: string; readonly key: string; minVersion: 'TLSv1.2' } {
  return { cert: certificate, key, minVersion: 'TLSv1.2' };
}

function portOf(server: Server): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  return (server.address() as AddressInfo).port;
}
