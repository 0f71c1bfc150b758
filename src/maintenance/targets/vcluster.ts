export interface VCluster {
  readonly target: string;
  readonly namespace: string;
  /** The Helm release, which has the vCluster's name. */
  readonly release: string;
  /** How a changed vcluster.yaml takes effect. */
  readonly upgrade: string;
  readonly renewal: string;
}

export function vclusterOf(namespace: string, release: string): VCluster {
  return {
    target: `vcluster/${namespace}/${release}`,
    namespace,
    release,
    upgrade: `vcluster create ${release} -n ${namespace} --upgrade -f vcluster.yaml, which restarts the pods one after the other`,
    renewal: `vcluster certs rotate ${release} -n ${namespace}`,
  };
}
