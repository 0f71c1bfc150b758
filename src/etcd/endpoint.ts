import { etcdErrors } from './errors.ts';

export interface Endpoint {
  /** `https://10.0.0.1:2379`: scheme, host and port, always all three. */
  readonly url: string;
  /** `10.0.0.1:2379`, `[::1]:2379`. */
  readonly address: string;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/**
 * As etcdctl reads endpoints: without a scheme it is https where certificates are given, else http. Throws a Problem for
 * what is no URL. etcd's client port is 2379 unless told.
 */
export function parseEndpoint(text: string, hasCertificates: boolean): Endpoint {
  const trimmed = text.trim();
  const full = trimmed.includes('://') ? trimmed : `${hasCertificates ? 'https' : 'http'}://${trimmed}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || url.hostname === '' || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw etcdErrors.badEndpoint(text);
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.username !== '')
    throw etcdErrors.badEndpoint(withoutUser(trimmed));
  const secure = url.protocol === 'https:';
  const port = portOf(full, url);
  return {
    url: `${url.protocol}//${url.hostname}:${port}`,
    address: `${url.hostname}:${port}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    secure,
  };
}

/** On this very machine. */
export function isLoopback({ host }: Pick<Endpoint, 'host'>): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** URL drops a port that is its scheme's default: https://etcd:443 means 443, https://etcd means etcd's own. */
function portOf(text: string, url: URL): number {
  if (url.port !== '') return Number(url.port);
  const stated = /^[a-z]+:\/\/[^/]*:(\d+)\/?$/i.exec(text)?.[1];
  return stated === undefined ? 2379 : Number(stated);
}

/** A password in a URL must not be printed. */
function withoutUser(text: string): string {
  return text.replace(/\/\/[^@]*@/, '//');
}
