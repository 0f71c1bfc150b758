import { kubeadm } from './kubeadm.ts';
import type { Target } from './target.ts';
import { deployedPath } from './vcluster-deployed.ts';
import { embeddedPath } from './vcluster-embedded.ts';
import { dashed, under } from './yaml-lines.ts';

/** An etcd of which only the address is known: it may be anybody's, so the lines for the common ones are given. */
export const plainEndpoints: Target = {
  kind: 'endpoints',
  name: 'endpoints',
  endpoints: [],
  certificates: [],
  flagFiles: [],
  settings: (flags) =>
    [
      `etcd itself: ${flags.map(([name, value]) => `--${name}=${value}`).join(' ')}`,
      kubeadm.settings(flags),
      `vCluster, in vcluster.yaml (embedded etcd: ${embeddedPath.join('.')}):`,
      under(deployedPath, dashed(flags)),
    ].join('\n'),
  restart: 'restart the members one after the other, each when "etcdctl endpoint health" is fine again',
  renewal: 'renew it with whatever issued it (kubeadm: kubeadm certs renew all; vCluster: vcluster certs rotate NAME)',
};
