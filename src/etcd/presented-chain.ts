import { connect, type DetailedPeerCertificate } from 'node:tls';
import type { EtcdConnection } from './connection.ts';
import { tlsOptions } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';

export interface PresentedCertificate {
  /** `CN=etcd-1`, or its other names where it has no common one. */
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** What an endpoint shows of itself in the TLS handshake, its own certificate first, trusted or not; [] where it shows none. */
export function readPresentedChain(endpoint: Endpoint, connection: EtcdConnection): Promise<PresentedCertificate[]> {
  if (!endpoint.secure) return Promise.resolve([]);
  const { promise, resolve } = Promise.withResolvers<PresentedCertificate[]>();
  const socket = connect({ ...tlsOptions(endpoint, connection), rejectUnauthorized: false });
  socket.setTimeout(connection.dialTimeoutMs, () => resolve([]));
  socket.on('secureConnect', () => resolve(chainOf(socket.getPeerCertificate(true))));
  socket.on('error', () => resolve([]));
  socket.on('close', () => resolve([]));
  return promise.finally(() => socket.destroy());
}

function chainOf(own: DetailedPeerCertificate): PresentedCertificate[] {
  const chain: PresentedCertificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  // A root names itself as its issuer.
  for (
    let next: DetailedPeerCertificate | undefined = own;
    next?.valid_to && !seen.has(next);
    next = next.issuerCertificate
  ) {
    seen.add(next);
    const { CN } = next.subject;
    chain.push({
      subject: CN === undefined ? (next.subjectaltname ?? 'unnamed') : `CN=${String(CN)}`,
      validFrom: Date.parse(next.valid_from),
      validTo: Date.parse(next.valid_to),
    });
  }
  return chain;
}
