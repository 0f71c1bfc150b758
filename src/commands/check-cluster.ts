import type { CheckOutcome } from '../model/check.ts';
import type { KubeApi } from '../kube/api.ts';
import { forwardPort } from '../kube/port-forward.ts';
import { isProblem } from '../errors/problem.ts';
import { lookAtCluster, type ClusterLook } from '../maintenance/checks/cluster/look-at-cluster.ts';
import { runClusterChecks } from '../maintenance/checks/cluster/run-cluster-checks.ts';
import { findAnalyzer, reachPod, reachUrl } from '../pipeline/cluster/reach-analyzer.ts';
import { apiPaths } from '../server/paths.ts';

/** Looks at a cluster and what of kubechurn runs in it. Throws kubeErrors where the API server cannot be asked at all. */
export async function checkCluster(api: KubeApi, analyzer: string | undefined): Promise<readonly CheckOutcome[]> {
  const seen = await lookAtCluster({
    api,
    now: Date.now,
    askStatus: () => askStatus(api, analyzer),
    ...(!api.connection.inCluster && { forward: (target) => forwardPort(api.connection, target) }),
  });
  return runClusterChecks(seen);
}

async function askStatus(api: KubeApi, url: string | undefined): ReturnType<ClusterLook['askStatus']> {
  try {
    const target = url === undefined ? await findAnalyzer(api) : undefined;
    const analyzer = url !== undefined ? reachUrl(url) : target && (await reachPod(api, target));
    if (!analyzer) return { known: undefined };
    try {
      return { known: { name: analyzer.name, status: await analyzer.get(apiPaths.status) } };
    } finally {
      analyzer.close();
    }
  } catch (error) {
    if (isProblem(error)) return { why: error.message };
    throw error;
  }
}
