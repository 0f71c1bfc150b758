import type { Changes } from '../history/changes.ts';
import type { Writer } from '../model/writer.ts';

export const syncerName = /^(vcluster|system:serviceaccount:[^:]+:vc-.+|kubernetes-super-admin)$/;

/** Whether an object on a host is a vCluster's copy. A name of that shape alone is no proof. */
export function isSynced(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): boolean {
  return (
    labels['vcluster.loft.sh/managed-by'] !== undefined || annotations['vcluster.loft.sh/object-uid'] !== undefined
  );
}

/** On the host the syncer has an account of its own; inside the vCluster it is the super admin, told by its manager. */
export function isSyncer(
  { name, kind }: Pick<Writer, 'name' | 'kind'>,
  { managers }: Pick<Changes, 'managers'>,
): boolean {
  if (kind === 'fieldManager') return name === 'vcluster';
  if (name === 'kubernetes-super-admin') return managers.some((manager) => manager.name === 'vcluster');
  return syncerName.test(name);
}
