import { certificatesBelow, etcdArguments } from './rancher.ts';
import type { Target } from './target.ts';

const data = '/var/lib/rancher/rke2';

/** RKE2's etcd, seen from a server node. */
export const rke2: Target = {
  kind: 'rke2',
  name: 'rke2',
  endpoints: ['https://127.0.0.1:2379'],
  certificates: certificatesBelow(data),
  flagFiles: [`${data}/server/db/etcd/config`],
  settings: (flags) => etcdArguments('/etc/rancher/rke2/config.yaml', flags),
  restart: 'systemctl restart rke2-server on each server, one after the other',
  renewal: 'rke2 certificate rotate --service etcd on each server while rke2-server is stopped there',
};
