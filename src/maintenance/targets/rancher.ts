import { pairIn, type CertificatePaths } from './target.ts';
import type { EtcdFlag } from './flags.ts';
import { under } from './yaml-lines.ts';

/** What k3s and RKE2 have in common: the same server with other names. */
export function certificatesBelow(dataDirectory: string): readonly CertificatePaths[] {
  const tls = `${dataDirectory}/server/tls/etcd`;
  return [pairIn(tls, 'server-ca', 'server-client'), pairIn(tls, 'server-ca', 'client')];
}

export function etcdArguments(file: string, flags: readonly EtcdFlag[]): string {
  const lines = flags.map(([name, value]) => `- ${name}=${value}`);
  return [`in ${file} of each server:`, under(['etcd-arg'], lines)].join('\n');
}
