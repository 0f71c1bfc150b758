import type { EtcdOptionValues } from '../../config/etcd-options.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import type { PemFile } from '../../etcd/connection.ts';
import type { Target } from './target.ts';

export interface ResolvedTarget {
  readonly target: Target;
  /** The options, with what the target says filled in for those not given. */
  readonly values: EtcdOptionValues;
  /** Certificates that are in no file. */
  readonly pems?: { readonly cacert: PemFile; readonly cert: PemFile; readonly key: PemFile };
  /** Those that it runs in, where it listens on nothing but their loopback: to be reached by port-forward. */
  readonly pods?: readonly PodPort[];
  /** etcd's flags, where the cluster states them. */
  readonly flags?: ReadonlyMap<string, string>;
}
