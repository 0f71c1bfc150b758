import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Problem } from '../errors/problem.ts';
import type { EtcdConnection } from './connection.ts';
import { day, tlsOptions } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { etcdErrors } from './errors.ts';

/**
 * Why no connection can be had: asked of the endpoint itself, since gRPC only says that it failed. undefined where the
 * endpoint talks to us as an etcd would.
 */
export async function diagnose(endpoint: Endpoint, connection: EtcdConnection): Promise<Problem | undefined> {
  const timeout = connection.dialTimeoutMs;
  const plain = (): Promise<Answer> => ask(connectTcp(endpoint.port, endpoint.host), timeout);
  const secure = (options: ConnectionOptions): Promise<Answer> =>
    ask(connectTls({ ...tlsOptions(endpoint, connection), ALPNProtocols: ['http/1.1'], ...options }), timeout);
  if (endpoint.secure) {
    const problem = tlsProblem(endpoint, timeout, await secure({}));
    if (problem?.code === etcdErrors.serverCertificateExpired.code) {
      const ended = await certificateEnd(endpoint, connection);
      return etcdErrors.serverCertificateExpired(endpoint.url, ended === undefined ? '' : ` on ${day(ended)}`);
    }
    // etcd without TLS just closes a connection that begins with a handshake.
    const isUnclear = problem?.code === etcdErrors.unreachable.code || problem?.code === etcdErrors.tlsFailed.code;
    return isUnclear && isEtcd(await plain()) ? etcdErrors.needsHttp(endpoint.url) : problem;
  }
  const problem = plainProblem(endpoint, timeout, await plain());
  // And with TLS it closes one that begins with words.
  const isUnclear = problem?.code === etcdErrors.unreachable.code || problem?.code === etcdErrors.notEtcd.code;
  if (!isUnclear || (await certificateEnd(endpoint, connection)) === undefined) return problem;
  return etcdErrors.needsHttps(endpoint.url);
}

/** When the certificate that the endpoint shows ends, trusted or not; undefined where it shows none. */
function certificateEnd(endpoint: Endpoint, connection: EtcdConnection): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connectTls({ ...tlsOptions(endpoint, connection), rejectUnauthorized: false });
  socket.setTimeout(connection.dialTimeoutMs, () => resolve(undefined));
  socket.on('secureConnect', () => resolve(socket.getPeerCertificate().valid_to));
  socket.on('error', () => resolve(undefined));
  socket.on('close', () => resolve(undefined));
  return promise.finally(() => socket.destroy());
}

type Answer =
  | { readonly text: string }
  | { readonly error: NodeJS.ErrnoException & { readonly cert?: PresentedCertificate } }
  | 'silent'
  | 'closed';

interface PresentedCertificate {
  readonly subjectaltname?: string;
}

/** What a plain HTTP/1.1 question for etcd's version is answered with. */
function ask(socket: Socket, timeout: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let text = '';
  const timer = setTimeout(() => resolve(text === '' ? 'silent' : { text }), timeout);
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  socket.on('error', (error) => resolve({ error }));
  socket.on('close', () => resolve(text === '' ? 'closed' : { text }));
  socket.write('GET /version HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n');
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

function plainProblem(endpoint: Endpoint, timeout: number, answer: Answer): Problem | undefined {
  const at = endpoint.url;
  if (answer === 'silent') return etcdErrors.silent(at, timeout / 1000, '--dial-timeout');
  if (answer === 'closed') return etcdErrors.notEtcd(at);
  if ('error' in answer) return networkProblem(at, answer.error);
  // Go's TLS server says so in words (net/http server.go); others close the connection or send an alert, 0x15.
  if (answer.text.includes('HTTP request to an HTTPS server') || answer.text.startsWith('\u0015'))
    return etcdErrors.needsHttps(at);
  return isEtcd(answer) ? undefined : etcdErrors.notEtcd(at);
}

function tlsProblem(endpoint: Endpoint, timeout: number, answer: Answer): Problem | undefined {
  const at = endpoint.url;
  if (answer === 'silent') return etcdErrors.silent(at, timeout / 1000, '--dial-timeout');
  if (answer === 'closed') return etcdErrors.tlsFailed(at, 'it closed the connection');
  if ('text' in answer) return isEtcd(answer) ? undefined : etcdErrors.notEtcd(at);
  const { error } = answer;
  const { code = '' } = error;
  if (wrongAuthority.has(code)) return etcdErrors.unknownAuthority(at);
  if (code === 'CERT_HAS_EXPIRED') return etcdErrors.serverCertificateExpired(at, '');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return etcdErrors.wrongName(at, error.cert?.subjectaltname ?? 'none');
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) return etcdErrors.needsHttp(at);
  if (code.includes('CERTIFICATE_REQUIRED')) return etcdErrors.needsCertificate(at);
  if (/ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE|DECRYPT_ERROR|ACCESS_DENIED)/.test(code))
    return etcdErrors.certificateRefused(at);
  return networkProblem(at, error) ?? etcdErrors.tlsFailed(at, code === '' ? error.message : code);
}

const wrongAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

function networkProblem(at: string, { code = '' }: NodeJS.ErrnoException): Problem | undefined {
  if (code === 'ECONNREFUSED') return etcdErrors.refused(at);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return etcdErrors.unknownHost(at);
  return code.startsWith('E') && !code.startsWith('ERR_') && code !== 'EPROTO'
    ? etcdErrors.unreachable(at, code)
    : undefined;
}

/** The peer port answers this too: gRPC tells the difference. */
function isEtcd(answer: Answer): boolean {
  return typeof answer === 'object' && 'text' in answer && answer.text.includes('etcdserver');
}
