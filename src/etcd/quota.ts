import type { EtcdConnection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { gauge, readMetrics } from './metrics.ts';
import type { MemberStatus } from './status.ts';

export interface Quota {
  readonly quotaBytes: number | null;
  readonly quotaSource: string;
}

/** etcd 3.6 states its quota; before that its metrics do, which the client port serves over the same TLS. */
export async function readQuota(endpoint: Endpoint, connection: EtcdConnection, status: MemberStatus): Promise<Quota> {
  if (status.quotaBytes !== undefined) return quotaFrom(status, '');
  return quotaFrom(status, await readMetrics(endpoint, connection));
}

/** `metrics`: "" where they could not be read. */
export function quotaFrom(status: MemberStatus, metrics: string): Quota {
  if (status.quotaBytes !== undefined) return { quotaBytes: status.quotaBytes, quotaSource: "etcd's status" };
  const stated = quotaIn(metrics);
  return stated === undefined
    ? { quotaBytes: null, quotaSource: `etcd ${status.version} does not state it, nor could its metrics be read` }
    : { quotaBytes: stated, quotaSource: `etcd's metrics` };
}

function quotaIn(metrics: string): number | undefined {
  const stated = gauge(metrics, 'etcd_server_quota_backend_bytes');
  return stated !== undefined && stated > 0 ? stated : undefined;
}
