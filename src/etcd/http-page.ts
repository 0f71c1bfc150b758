import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import type { EtcdConnection } from './connection.ts';
import { tlsOptions } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';

/** What a client port answers to plain HTTP besides gRPC. */
export interface HttpPage {
  readonly text: string;
  /** The server's clock by its Date header, cut to whole seconds; milliseconds since 1970. */
  readonly date?: number;
  /** By our clock. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** `/metrics`, `/debug/vars`; undefined where it cannot be had: what it would tell is then unknown, which is no failure. */
export function readHttpPage(
  endpoint: Endpoint,
  connection: EtcdConnection,
  path: string,
): Promise<HttpPage | undefined> {
  const { promise, resolve } = Promise.withResolvers<HttpPage | undefined>();
  const askedAt = Date.now();
  const options = { agent: false, path, timeout: connection.dialTimeoutMs } as const;
  const request = endpoint.secure
    ? getSecure({ ...tlsOptions(endpoint, connection), ...options })
    : getPlain({ host: endpoint.host, port: endpoint.port, ...options });
  request.on('response', (response) => {
    const answeredAt = Date.now();
    const date = Date.parse(response.headers.date ?? '');
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('end', () =>
      resolve(
        response.statusCode === 200 ? { text, askedAt, answeredAt, ...(!Number.isNaN(date) && { date }) } : undefined,
      ),
    );
    response.on('error', () => resolve(undefined));
  });
  request.on('timeout', () => request.destroy());
  request.on('error', () => resolve(undefined));
  request.on('close', () => resolve(undefined));
  return promise;
}
