import { pairIn, type Target } from './target.ts';
import type { VCluster } from './vcluster.ts';
import { dashed, under } from './yaml-lines.ts';

const pki = '/data/pki';

export const embeddedPath = ['controlPlane', 'backingStore', 'etcd', 'embedded', 'extraArgs'] as const;

/** A vCluster whose etcd runs in its own pods, seen from inside one of them. */
export function vclusterEmbedded(vcluster: VCluster): Target {
  return {
    kind: 'vcluster-embedded',
    name: vcluster.target,
    endpoints: ['https://127.0.0.1:2379'],
    certificates: [
      pairIn(`${pki}/etcd`, 'ca', 'tls'),
      // What the syncer itself uses.
      { ...pairIn(pki, 'apiserver-etcd-client', 'apiserver-etcd-client'), cacert: `${pki}/etcd/ca.crt` },
    ],
    flagFiles: [],
    settings: (flags) =>
      ['vCluster with embedded etcd, in vcluster.yaml:', under(embeddedPath, dashed(flags))].join('\n'),
    restart: vcluster.upgrade,
    renewal: vcluster.renewal,
  };
}
