import type { Command } from 'commander';
import { parseDuration } from '../config/duration.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { ThresholdSettings } from '../patterns/find-causes.ts';
import type { ChurnReport } from '../report/schema.ts';
import { hasKubeconfig } from '../kube/has-kubeconfig.ts';
import { addKubeOptions, type KubeOptionValues } from './kube-options.ts';

const clusterTriageErrors = {
  notAlone: problem(
    'TRIAGE_CLUSTER_NOT_ALONE',
    () => '--kubeconfig, --context and --analyzer ask a cluster through its API: give no other source beside them',
    2,
  ),
} satisfies ErrorCatalogue;

export interface ClusterOptions extends KubeOptionValues {
  readonly analyzer?: string;
  readonly secrets: boolean;
  readonly watch?: string;
}

export function addClusterOptions(command: Command): Command {
  return addKubeOptions(command)
    .option('--analyzer <url>', 'where an analyzer listens; without it one is looked for in the cluster')
    .option('--secrets', 'watching a cluster ourselves: Secrets too, whose values are never shown', false);
}

export interface ClusterWish extends ClusterOptions {
  readonly watchMs?: number;
}

/**
 * What the options ask of a cluster; undefined where none is asked for. A kubeconfig that merely lies there counts only
 * where nothing else is given. Throws Problems.
 */
export function clusterWish(
  options: ClusterOptions,
  hasOther: boolean,
  environment: NodeJS.ProcessEnv,
): ClusterWish | undefined {
  const { kubeconfig, context, analyzer, watch } = options;
  const isAsked = kubeconfig !== undefined || context !== undefined || analyzer !== undefined;
  if (isAsked && hasOther) throw clusterTriageErrors.notAlone();
  const endpoints = environment['ETCDCTL_ENDPOINTS'] ?? '';
  if (!isAsked && (hasOther || endpoints !== '' || !hasKubeconfig(environment))) return undefined;
  return { ...options, ...(watch !== undefined && { watchMs: parseDuration('--watch', watch) }) };
}

export interface ClusterLook {
  readonly top: number;
  readonly version: string;
  readonly thresholds?: ThresholdSettings;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
}

/** Loads what talks to a cluster only here. */
export async function triageByApi(wish: ClusterWish, look: ClusterLook): Promise<ChurnReport> {
  const { triageCluster, askedReport } = await import('../pipeline/cluster/triage-cluster.ts');
  const { reachUrl } = await import('../pipeline/cluster/reach-analyzer.ts');
  const { loadConnection } = await import('../kube/connection.ts');
  const { openApi } = await import('../kube/api.ts');
  if (wish.analyzer !== undefined) return askedReport(reachUrl(wish.analyzer), look.top);
  const api = openApi(loadConnection(wish));
  try {
    const { secrets, watchMs } = wish;
    return await triageCluster({ ...look, api, secrets, ...(watchMs !== undefined && { watchMs }) });
  } finally {
    await api.close();
  }
}
