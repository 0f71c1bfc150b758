import type { EtcdFlag } from './flags.ts';

export type TargetKind = 'endpoints' | 'kubeadm' | 'k3s' | 'rke2' | 'vcluster-deployed' | 'vcluster-embedded';

/** Where an etcd is found, and how it is set up there. Data: nothing here has been looked at yet. */
export interface Target {
  readonly kind: TargetKind;
  /** As `--target` names it: `kubeadm`, `vcluster/team-a/shop`. */
  readonly name: string;
  readonly endpoints: readonly string[];
  /** The first whose files are all there is used. */
  readonly certificates: readonly CertificatePaths[];
  /** Files that state etcd's flags, where it runs on this very machine. */
  readonly flagFiles: readonly string[];
  /** The lines that set these flags, as they are to be written, and where; several lines. */
  settings(flags: readonly EtcdFlag[]): string;
  /** How the change takes effect, one member at a time. */
  readonly restart: string;
  /** How its certificates are renewed. */
  readonly renewal: string;
}

export interface CertificatePaths {
  readonly cacert: string;
  readonly cert: string;
  readonly key: string;
}

/** `/etc/kubernetes/pki/etcd`, 'ca', 'server' -> ca.crt, server.crt and server.key in it. */
export function pairIn(directory: string, ca: string, name: string): CertificatePaths {
  return { cacert: `${directory}/${ca}.crt`, cert: `${directory}/${name}.crt`, key: `${directory}/${name}.key` };
}
