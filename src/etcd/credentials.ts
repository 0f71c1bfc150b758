import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type ConnectionOptions } from 'node:tls';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { EtcdConnection, PemFile } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { etcdErrors } from './errors.ts';

/** Throws a Problem for a file that is no certificate or key, for half a pair, and for a client certificate past its end. */
export function checkCertificates({ cacert, cert, key }: EtcdConnection, now: number): void {
  if (cert && !key) throw etcdErrors.halfPair('--cert', '--key');
  if (key && !cert) throw etcdErrors.halfPair('--key', '--cert');
  if (cacert) certificateIn(cacert);
  if (cert) {
    const { validTo } = certificateIn(cert);
    if (Date.parse(validTo) < now) throw etcdErrors.ownCertificateExpired(cert.file, day(validTo));
  }
  if (key) parsed(key, () => createPrivateKey(key.text));
  if (cert && key) parsed(key, () => createSecureContext({ cert: cert.text, key: key.text }));
}

/** For grpc-js: the target's name for TLS, and the options it is checked with. */
export function grpcCredentials(endpoint: Endpoint, connection: EtcdConnection): ChannelCredentials {
  if (!endpoint.secure) return credentials.createInsecure();
  const { cacert, cert, key, insecureSkipTlsVerify } = connection;
  return credentials.createSsl(pem(cacert), pem(key), pem(cert), {
    rejectUnauthorized: !insecureSkipTlsVerify,
    checkServerIdentity: (_name, certificate) =>
      insecureSkipTlsVerify ? undefined : checkServerIdentity(endpoint.host, certificate),
  });
}

/** An address may not be sent as a TLS server name (RFC 6066), but grpc-js would; undefined for a host with a name. */
export function serverNameOverride({ host }: Endpoint): string | undefined {
  return isIP(host) === 0 ? undefined : 'kubechurn.invalid';
}

/** For node:tls and node:https. */
export function tlsOptions(endpoint: Endpoint, connection: EtcdConnection): ConnectionOptions {
  const { cacert, cert, key, insecureSkipTlsVerify } = connection;
  return {
    host: endpoint.host,
    port: endpoint.port,
    servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(endpoint.host, certificate),
    rejectUnauthorized: !insecureSkipTlsVerify,
    ...(cacert && { ca: cacert.text }),
    ...(cert && { cert: cert.text }),
    ...(key && { key: key.text }),
  };
}

/** `2026-03-01` of `Mar  1 12:00:00 2026 GMT`. */
export function day(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : new Date(at).toISOString().slice(0, 10);
}

function certificateIn(file: PemFile): X509Certificate {
  return parsed(file, () => new X509Certificate(file.text));
}

function parsed<T>({ option, file }: PemFile, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw etcdErrors.badCertificate(option, file, error instanceof Error ? error.message : String(error));
  }
}

function pem(file: PemFile | undefined): Buffer | null {
  return file ? Buffer.from(file.text) : null;
}
