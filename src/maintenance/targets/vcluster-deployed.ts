import type { Target } from './target.ts';
import type { VCluster } from './vcluster.ts';
import { dashed, under } from './yaml-lines.ts';

const pki = '/run/config/pki';

/** In the Secret `<release>-certs`, and in the pods as files of these names. */
export const deployedNames = { cacert: 'etcd-ca.crt', cert: 'etcd-peer.crt', key: 'etcd-peer.key' };

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
    certificates: [
      {
        cacert: `${pki}/${deployedNames.cacert}`,
        cert: `${pki}/${deployedNames.cert}`,
        key: `${pki}/${deployedNames.key}`,
      },
    ],
    flagFiles: [],
    settings: (flags) =>
      ['vCluster with deployed etcd, in vcluster.yaml:', under(deployedPath, dashed(flags))].join('\n'),
    restart: vcluster.upgrade,
    renewal: vcluster.renewal,
  };
}
