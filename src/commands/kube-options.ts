import type { Command } from 'commander';

export interface KubeOptionValues {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** kubectl's own, for every command that asks a cluster. */
export function addKubeOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'which cluster to ask, and as whom (env: KUBECONFIG; in a pod its service account)')
    .option('--context <name>', 'which of its contexts');
}
