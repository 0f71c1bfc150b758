import { request } from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Known, Served } from './seen.ts';

export interface BackendCall {
  readonly host: string;
  readonly port: number;
  /** As the API server calls it: `NAME.NAMESPACE.svc`, or the host of a URL. */
  readonly name: string;
  /** PEM; undefined for the machine's own authorities. */
  readonly bundle: string | undefined;
}

const patience = 5_000;
const mostSaid = 200;

/** Calls /readyz as an API server would call the webhook, but goes on where it would not trust it. */
export function askBackend({ host, port, name, bundle }: BackendCall): Promise<Known<Served>> {
  const { promise, resolve } = Promise.withResolvers<Known<Served>>();
  const call = request({
    ...{ host, port, path: '/readyz', timeout: patience, agent: false, rejectUnauthorized: false },
    headers: { host: name },
    ...(bundle !== undefined && { ca: bundle }),
    // No name may be sent for an address; the certificate is then held against the host.
    ...(isIP(name) === 0 && { servername: name }),
  });
  call.on('timeout', () => call.destroy(new Error(`no answer within ${patience / 1000} s`)));
  call.on('error', (error) => resolve({ why: error.message }));
  call.on('response', (response) => {
    const { socket } = response;
    if (!(socket instanceof TLSSocket)) return resolve({ why: 'it speaks no TLS' });
    const { valid_to: validTo } = socket.getPeerCertificate();
    // The types say Error; in truth it is the code as a string, or an Error of the name check.
    const error: unknown = socket.authorizationError;
    const distrust = socket.authorized ? undefined : error instanceof Error ? error.message : String(error);
    let said = '';
    response.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, mostSaid)));
    response.on('end', () =>
      resolve({
        known: { distrust, validTo: Date.parse(validTo), status: response.statusCode ?? 0, said: said.trim() },
      }),
    );
    response.on('error', ({ message }) => resolve({ why: message }));
  });
  call.end();
  return promise;
}
