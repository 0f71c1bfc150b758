import type { CheckOutcome } from '../model/check.ts';
import { assembleCheck } from '../report/check/assemble-check.ts';
import type { CheckReport } from '../report/check/schema.ts';
import { checkEtcd, type CheckSettings } from './check-etcd.ts';
import type { TargetOptions } from './target-options.ts';

export interface AllSettings extends CheckSettings {
  /** Whether kubectl would know a cluster without being told one. */
  readonly hasCluster: boolean;
  readonly onProgress: (what: string) => void;
}

/**
 * Naming an etcd asks that etcd, naming a cluster asks that cluster, naming both asks both; naming neither asks the
 * cluster that kubectl would. A kubeconfig that merely lies around may be of another cluster than the etcd that is named.
 */
export async function checkAll(
  { analyzer, ...options }: TargetOptions & { readonly analyzer?: string },
  settings: AllSettings,
): Promise<CheckReport> {
  const { environment, hasCluster, onProgress, version } = settings;
  const namesEtcd =
    [options.target, options.endpoints, options.etcd].some(Boolean) || Boolean(environment['ETCDCTL_ENDPOINTS']);
  const namesCluster = [options.kubeconfig, options.context, analyzer].some(Boolean);
  const ofCluster = namesCluster || (!namesEtcd && hasCluster);
  const asked: { readonly target: string; readonly checks: readonly CheckOutcome[] }[] = [];
  if (namesEtcd || !ofCluster) {
    onProgress('looking at etcd');
    asked.push(await checkEtcd(options, settings));
  }
  if (ofCluster) {
    onProgress('looking at the cluster');
    const { loadConnection } = await import('../kube/connection.ts');
    const { openApi } = await import('../kube/api.ts');
    const { checkCluster } = await import('./check-cluster.ts');
    const api = openApi(loadConnection(options));
    try {
      asked.push({ target: `cluster ${api.server}`, checks: await checkCluster(api, analyzer) });
    } finally {
      await api.close();
    }
  }
  return assembleCheck(
    asked.flatMap(({ checks }) => checks),
    { target: asked.map(({ target }) => target).join(', '), version },
  );
}
