import { pairIn, type Target } from './target.ts';
import { mapped, under } from './yaml-lines.ts';

const pki = '/etc/kubernetes/pki/etcd';

/** The stacked etcd of a kubeadm control plane node, seen from that node. */
export const kubeadm: Target = {
  kind: 'kubeadm',
  name: 'kubeadm',
  endpoints: ['https://127.0.0.1:2379'],
  certificates: [pairIn(pki, 'ca', 'server'), pairIn(pki, 'ca', 'healthcheck-client')],
  flagFiles: ['/etc/kubernetes/manifests/etcd.yaml'],
  settings: (flags) =>
    [
      'kubeadm, in the ClusterConfiguration (up to kubeadm.k8s.io/v1beta3):',
      under(['etcd', 'local', 'extraArgs'], mapped(flags)),
      'from kubeadm.k8s.io/v1beta4 on, a list instead:',
      under(
        ['etcd', 'local', 'extraArgs'],
        flags.flatMap(([name, value]) => [`- name: ${name}`, `  value: "${value}"`]),
      ),
    ].join('\n'),
  restart:
    'kubeadm init phase etcd local --config FILE on each control plane node, one after the other, each when "etcdctl endpoint health" is fine again',
  renewal: 'kubeadm certs renew all on each control plane node, then move the static pod manifests away and back',
};
