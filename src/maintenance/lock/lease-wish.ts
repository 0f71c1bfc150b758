import { maintenanceErrors } from '../errors.ts';
import type { Target } from '../targets/target.ts';

/** Which Lease keeps other hosts out. */
export interface LeaseWish {
  readonly namespace: string;
  /** Absent: named after the cluster's id. */
  readonly name?: string;
  /** Nobody asked for it: where it cannot be had, the file has to do. */
  readonly isOptional: boolean;
}

/**
 * `--lease`, else the one of a vCluster, beside its etcd in the cluster that it runs in: that one can write when the
 * vCluster's own etcd cannot. undefined where there is to be none. Throws MAINTAIN_BAD_LEASE.
 */
export function leaseWish(
  text: string | undefined,
  target: Pick<Target, 'kind' | 'name'> | undefined,
): LeaseWish | undefined {
  if (text === 'off') return undefined;
  if (text !== undefined) {
    const [, namespace, name] = /^([a-z0-9][-a-z0-9]*)(?:\/([a-z0-9][-.a-z0-9]*))?$/.exec(text) ?? [];
    if (namespace === undefined) throw maintenanceErrors.badLease(text);
    return { namespace, ...(name !== undefined && { name }), isOptional: false };
  }
  if (!target?.kind.startsWith('vcluster')) return undefined;
  const [, namespace = '', release = ''] = target.name.split('/');
  return { namespace, name: `kubechurn-maintain-${release}`, isOptional: true };
}
