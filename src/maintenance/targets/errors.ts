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
  noEtcd: problem(
    'TARGET_NO_ETCD',
    (target: string) => `${target} has no etcd: its backing store is another one (kine on sqlite, or an SQL server)`,
  ),
} satisfies ErrorCatalogue;
