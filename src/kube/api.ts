import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { asObject, asText, parseJson } from '../objects/json-text.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { KubeConnection, Tls } from './connection.ts';
import { kubeErrors } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  readonly method?: Method;
  readonly body?: Json;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** What kubectl would print after `Warning: `. */
  readonly warnings: readonly string[];
}

/** An API server, spoken to over as few HTTP/2 connections as its limit of streams allows. */
export interface KubeApi {
  readonly server: string;
  readonly connection: KubeConnection;
  /** Whatever the answer is. Throws an ApiFailure of status 0 where there is none. */
  send(path: string, options?: CallOptions): Promise<Answer>;
  /** The object of a 2xx answer; throws an ApiFailure otherwise. */
  call(path: string, options?: CallOptions): Promise<JsonObject>;
  /** The body of a 2xx answer as it comes; throws an ApiFailure otherwise. Ends with the signal. */
  stream(path: string, accept: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Why a call failed. Status 0: there was no answer. `code` is the network's. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;

  constructor(
    status: number,
    message: string,
    {
      reason = '',
      retryAfterMs,
      code,
    }: { reason?: string; retryAfterMs?: number | undefined; code?: string | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
  }
}

export function isApiFailure(thrown: unknown): thrown is ApiFailure {
  return thrown instanceof Object && 'name' in thrown && thrown.name === 'ApiFailure';
}

/** undefined where there is no such object; rejects as the call does otherwise. */
export async function ifThere<Found>(call: Promise<Found>): Promise<Found | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isApiFailure(error) && error.status === 404) return undefined;
    throw error;
  }
}

/** The API server takes up to a minute for a list of everything; a watch has no such limit. */
const defaultTimeout = 60_000;
/** Half of what cloud load balancers allow a silent connection (client-go http2 ReadIdleTimeout is 30 s). */
const pingEvery = 30_000;

export function openApi(connection: KubeConnection): KubeApi {
  const dispatchers = createDispatchers(connection);
  const { server } = connection;

  const ask = async (path: string, options: CallOptions, signal: AbortSignal): Promise<Dispatcher.ResponseData> => {
    try {
      const { headers, tls } = await connection.credentials();
      const { method = 'GET', body, contentType = 'application/json', accept = 'application/json' } = options;
      return await request(`${server}${path}`, {
        method,
        dispatcher: dispatchers.of(tls),
        headers: {
          ...headers,
          accept,
          'user-agent': 'kubechurn',
          ...(body !== undefined && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal,
        bodyTimeout: 0,
        headersTimeout: 0,
      });
    } catch (error) {
      throw noAnswer(error);
    }
  };

  const send = async (path: string, options: CallOptions): Promise<Answer & { retryAfterMs: number | undefined }> => {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? defaultTimeout);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    const { statusCode, headers, body } = await ask(path, options, signal);
    try {
      return {
        status: statusCode,
        text: await body.text(),
        warnings: warningsIn(headers['warning']),
        retryAfterMs: retryAfter(headers['retry-after']),
      };
    } catch (error) {
      throw noAnswer(error);
    }
  };

  return {
    server,
    connection,
    send: (path, options = {}) => send(path, options),
    async call(path, options = {}) {
      const answer = await send(path, options);
      if (answer.status >= 200 && answer.status < 300) return asObject(parseJson(answer.text));
      throw failureFrom(answer.status, answer.text, answer.retryAfterMs);
    },
    async stream(path, accept, signal) {
      const { statusCode, headers, body } = await ask(path, { accept }, signal);
      // Not awaited by anyone after an abort.
      body.on('error', () => undefined);
      if (statusCode >= 200 && statusCode < 300) return body;
      const text = await body.text().catch(() => '');
      throw failureFrom(statusCode, text, retryAfter(headers['retry-after']));
    },
    close: () => dispatchers.close(),
  };
}

/** One for each set of certificates; those of the last set are closed when it is replaced. */
function createDispatchers({ server, proxyUrl }: KubeConnection) {
  let current: { readonly id: string; readonly dispatcher: Dispatcher } | undefined;
  const options = (tls: Tls) => ({
    connect: { ...tls, timeout: 10_000, keepAlive: true },
    allowH2: server.startsWith('https:'),
    h2Options: { pingInterval: pingEvery },
    keepAliveTimeout: 60_000,
  });
  return {
    of(tls: Tls): Dispatcher {
      const id = JSON.stringify([
        String(tls.ca),
        String(tls.cert),
        String(tls.key),
        tls.servername,
        tls.rejectUnauthorized,
      ]);
      if (current?.id === id) return current.dispatcher;
      // Watches over the old one go on until they end; close waits for them.
      void current?.dispatcher.close().catch(() => undefined);
      const dispatcher =
        proxyUrl === undefined
          ? new Agent(options(tls))
          : new ProxyAgent({ ...options(tls), uri: proxyUrl, requestTls: tls });
      current = { id, dispatcher };
      return dispatcher;
    },
    async close(): Promise<void> {
      await current?.dispatcher.destroy();
    },
  };
}

function noAnswer(error: unknown): ApiFailure {
  if (isApiFailure(error)) return error;
  const code = error instanceof Object && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new ApiFailure(0, error instanceof Error ? error.message || (code ?? error.name) : String(error), { code });
}

/** `299 - "text"`, with quotes and backslashes escaped (RFC 7234); several may share a header. */
function warningsIn(header: string | string[] | undefined): string[] {
  const all = [header ?? []].flat().join(', ');
  return [...all.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}

/** `Retry-After` in whole seconds, as API servers send it. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function failureFrom(status: number, text: string, retryAfterMs: number | undefined): ApiFailure {
  const said = asObject(parseJson(text));
  const message = asText(said['message']) ?? text.slice(0, 200).trim();
  return new ApiFailure(status, message, { reason: asText(said['reason']) ?? '', retryAfterMs });
}

/** The sentence for a user who waits for an answer. `what` is what was asked for: `listing pods`. */
export function problemOf(error: unknown, what: string, server: string): unknown {
  if (!isApiFailure(error)) return error;
  const { status, message, code = '' } = error;
  if (status === 401) return kubeErrors.unauthorized(server);
  if (status === 403) return kubeErrors.forbidden(what, message);
  if (status > 0) return kubeErrors.refused(what, status, message);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) return kubeErrors.untrusted(server, message);
  return kubeErrors.unreachable(server, message);
}
