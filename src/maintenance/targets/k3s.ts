import { certificatesBelow, etcdArguments } from './rancher.ts';
import type { Target } from './target.ts';

const data = '/var/lib/rancher/k3s';

/** k3s with embedded etcd, seen from a server node. With sqlite or an SQL server it runs kine, which is no etcd. */
export const k3s: Target = {
  kind: 'k3s',
  name: 'k3s',
  endpoints: ['https://127.0.0.1:2379'],
  certificates: certificatesBelow(data),
  flagFiles: [`${data}/server/db/etcd/config`],
  settings: (flags) => etcdArguments('/etc/rancher/k3s/config.yaml', flags),
  restart: 'systemctl restart k3s on each server, one after the other',
  renewal: 'k3s certificate rotate --service etcd on each server while k3s is stopped there',
};
