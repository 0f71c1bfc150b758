import { accessSync, constants } from 'node:fs';
import type { Command } from 'commander';
import { etcdConnection, type Environment, type EtcdOptionValues } from '../config/etcd-options.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import { hasKubeconfig } from '../kube/has-kubeconfig.ts';
import type { EtcdConnection } from '../etcd/connection.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Forwarded, PodPort } from '../kube/port-forward.ts';
import type { ClusterReader } from '../maintenance/targets/cluster-reader.ts';
import type { ResolvedTarget } from '../maintenance/targets/resolved-target.ts';
import { addEtcdOptions } from './etcd-options.ts';

const targetOptionErrors = {
  noEndpoint: problem(
    'NO_ETCD_GIVEN',
    () => 'no etcd is named: give --etcd URL[,URL] or --target kubeadm, k3s, rke2 or vcluster/NAMESPACE/NAME',
    2,
  ),
} satisfies ErrorCatalogue;

export interface TargetOptions extends EtcdOptionValues {
  readonly target?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export interface TargetConnection extends ResolvedTarget {
  readonly connection: EtcdConnection;
  /** Ends the port-forwards, if any. To be called when nothing is asked any more. */
  close(): void;
}

export const targetOption = [
  '--target <target>',
  'where etcd runs, so that endpoints and certificates are known: kubeadm, k3s, rke2 or vcluster/NAMESPACE/NAME',
] as const;

/** Adds --target and etcdctl's options, which go before what the target says. */
export function addTargetOptions(command: Command): Command {
  return addEtcdOptions(
    command
      .option(...targetOption)
      .option('--kubeconfig <file>', 'of the cluster that a vCluster runs in (default: as kubectl)')
      .option('--context <name>', 'in that kubeconfig'),
  );
}

/** How to reach the etcd that the options, the target and the environment name. Throws Problems. */
export async function targetConnection(options: TargetOptions, environment: Environment): Promise<TargetConnection> {
  const { target, kubeconfig: _, context: __, ...given } = options;
  const host = hostCluster(options, environment);
  try {
    // Not before: it brings a YAML parser, and the command line is built for every command.
    const { resolveTarget } = await import('../maintenance/targets/resolve-target.ts');
    const resolved = await resolveTarget(target, given, { file, cluster: host.open });
    const ways = await forwardTo(resolved.pods ?? [], options);
    const values = {
      ...resolved.values,
      ...(ways.length > 0 && { etcd: ways.map(({ port }) => `https://127.0.0.1:${port}`).join() }),
    };
    const connection = etcdConnection(values, environment);
    if (!connection) throw targetOptionErrors.noEndpoint();
    const close = (): void => ways.forEach((way) => way.close());
    return { ...resolved, connection: { ...connection, ...resolved.pems }, close };
  } finally {
    await host.close();
  }
}

async function forwardTo(
  pods: readonly PodPort[],
  options: Pick<TargetOptions, 'kubeconfig' | 'context'>,
): Promise<readonly Forwarded[]> {
  if (pods.length === 0) return [];
  const { loadConnection } = await import('../kube/connection.ts');
  const { forwardPort } = await import('../kube/port-forward.ts');
  const host = loadConnection(options);
  return Promise.all(pods.map((pod) => forwardPort(host, pod)));
}

/** The cluster that a vCluster runs in. Loaded when it is opened: most targets need none. */
function hostCluster(options: Pick<TargetOptions, 'kubeconfig' | 'context'>, environment: Environment) {
  let api: KubeApi | undefined;
  return {
    /** undefined where the options name no cluster, and none can be taken for granted. */
    async open(): Promise<ClusterReader | undefined> {
      if (options.kubeconfig === undefined && !hasKubeconfig(environment)) return undefined;
      const { loadConnection } = await import('../kube/connection.ts');
      const { openApi } = await import('../kube/api.ts');
      const { createApiReader } = await import('../maintenance/targets/api-reader.ts');
      api = openApi(loadConnection(options));
      return createApiReader(api);
    },
    close: async (): Promise<void> => api?.close(),
  };
}

function file(path: string): 'readable' | 'denied' | 'missing' {
  try {
    accessSync(path, constants.R_OK);
    return 'readable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'denied' : 'missing';
  }
}
