import type { EtcdOptionValues } from '../../config/etcd-options.ts';
import type { PemFile } from '../../etcd/connection.ts';
import type { Target } from './target.ts';

export interface ResolvedTarget {
  readonly target: Target;
  /** The options, with what the target says filled in for those not given. */
  readonly values: EtcdOptionValues;
  /** Certificates that are in no file. */
  readonly pems?: { readonly cacert: PemFile; readonly cert: PemFile; readonly key: PemFile };
  /** etcd's flags, where the cluster states them. */
  readonly flags?: ReadonlyMap<string, string>;
}
