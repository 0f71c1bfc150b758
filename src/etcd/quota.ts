import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import type { EtcdConnection } from './connection.ts';
import { tlsOptions } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import type { MemberStatus } from './status.ts';

export interface Quota {
  readonly quotaBytes: number | null;
  readonly quotaSource: string;
}

/** etcd 3.6 states its quota; before that its metrics do, which the client port serves over the same TLS. */
export async function readQuota(endpoint: Endpoint, connection: EtcdConnection, status: MemberStatus): Promise<Quota> {
  if (status.quotaBytes !== undefined) return { quotaBytes: status.quotaBytes, quotaSource: "etcd's status" };
  const stated = quotaIn(await metricsOf(endpoint, connection));
  return stated === undefined
    ? { quotaBytes: null, quotaSource: `etcd ${status.version} does not state it, nor could its metrics be read` }
    : { quotaBytes: stated, quotaSource: `etcd's metrics` };
}

export function quotaIn(metrics: string): number | undefined {
  const stated = /^etcd_server_quota_backend_bytes (\S+)$/m.exec(metrics)?.[1];
  const bytes = Number(stated);
  return bytes > 0 && Number.isFinite(bytes) ? bytes : undefined;
}

/** "" where they cannot be had: the quota is then unknown, which is no failure. */
function metricsOf(endpoint: Endpoint, connection: EtcdConnection): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const options = { agent: false, path: '/metrics', timeout: connection.dialTimeoutMs } as const;
  const request = endpoint.secure
    ? getSecure({ ...tlsOptions(endpoint, connection), ...options })
    : getPlain({ host: endpoint.host, port: endpoint.port, ...options });
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('end', () => resolve(response.statusCode === 200 ? text : ''));
    response.on('error', () => resolve(''));
  });
  request.on('timeout', () => request.destroy());
  request.on('error', () => resolve(''));
  return promise;
}
