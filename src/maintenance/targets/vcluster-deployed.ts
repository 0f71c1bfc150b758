import { pairIn, type Target } from './target.ts';
import type { VCluster } from './vcluster.ts';
import { dashed, under } from './yaml-lines.ts';

/** In the Secret `<release>-certs` under the names that its files have in the pod. */
const deployedPki = '/run/config/pki';

export const deployedPath = ['controlPlane', 'backingStore', 'etcd', 'deploy', 'statefulSet', 'extraArgs'] as const;

/** A vCluster whose etcd is a StatefulSet of its own; `replicas` as that says, one where it is not known. */
export function vclusterDeployed(vcluster: VCluster, replicas = 1): Target {
  const { namespace, release } = vcluster;
  return {
    kind: 'vcluster-deployed',
    name: vcluster.target,
    endpoints: Array.from(
      { length: replicas },
      (_, i) => `https://${release}-etcd-${i}.${release}-etcd-headless.${namespace}:2379`,
    ),
    certificates: [pairIn(deployedPki, 'etcd-ca', 'etcd-peer')],
    flagFiles: [],
    settings: (flags) =>
      ['vCluster with deployed etcd, in vcluster.yaml:', under(deployedPath, dashed(flags))].join('\n'),
    restart: vcluster.upgrade,
    renewal: vcluster.renewal,
  };
}
