import type { EtcdConnection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { readHttpPage } from './http-page.ts';

/** What the client port serves at /metrics; "" where they cannot be had, which is no failure. */
export async function readMetrics(endpoint: Endpoint, connection: EtcdConnection): Promise<string> {
  return (await readHttpPage(endpoint, connection, '/metrics'))?.text ?? '';
}

/** The value of a metric without labels. */
export function gauge(metrics: string, name: string): number | undefined {
  const stated = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
  const value = Number(stated);
  return stated !== undefined && Number.isFinite(value) ? value : undefined;
}
