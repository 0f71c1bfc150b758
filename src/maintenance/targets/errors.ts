import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const targetErrors = {
  unknown: problem(
    'TARGET_UNKNOWN',
    (text: string) => `--target "${text}" means nothing: give kubeadm, k3s, rke2 or vcluster/NAMESPACE/NAME`,
    2,
  ),
  noCertificates: problem(
    'TARGET_NO_CERTIFICATES',
    (target: string, directories: string) =>
      `the certificates of ${target} are not here (${directories}): run this where they are, or give --etcd, --cacert, --cert and --key`,
    2,
  ),
  unreadable: problem(
    'TARGET_UNREADABLE',
    (target: string, directories: string) =>
      `this user may not read the certificates of ${target} (${directories}): run this as root, or give --cert and --key`,
    2,
  ),
  noSecret: problem(
    'TARGET_NO_SECRET',
    (target: string, secret: string, key: string) =>
      `Secret ${secret} of ${target} has no ${key}: give --cacert, --cert and --key`,
  ),
  notThere: problem(
    'TARGET_NOT_THERE',
    (target: string, namespace: string) =>
      `there is no ${target} in this cluster: check namespace, name and context (kubectl get statefulsets -n ${namespace})`,
  ),
  insidePods: problem(
    'TARGET_INSIDE_PODS',
    (target: string, namespace: string, release: string) =>
      `the etcd of ${target} runs inside its pods, and only they have its certificates: run "kubectl -n ${namespace} cp ${release}-0:/data/pki/etcd etcd-pki", and give --cacert etcd-pki/ca.crt --cert etcd-pki/tls.crt --key etcd-pki/tls.key; the way there is made by a port-forward`,
  ),
  noEtcd: problem(
    'TARGET_NO_ETCD',
    (target: string) => `${target} has no etcd: its backing store is another one (kine on sqlite, or an SQL server)`,
  ),
} satisfies ErrorCatalogue;
