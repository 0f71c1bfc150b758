import { accessSync, constants } from 'node:fs';
import type { Command } from 'commander';
import { etcdConnection, type Environment, type EtcdOptionValues } from '../config/etcd-options.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { EtcdConnection } from '../etcd/connection.ts';
import { resolveTarget, type ResolvedTarget } from '../maintenance/targets/resolve-target.ts';
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
}

export interface TargetConnection extends ResolvedTarget {
  readonly connection: EtcdConnection;
}

/** Adds --target and etcdctl's options, which go before what the target says. */
export function addTargetOptions(command: Command): Command {
  return addEtcdOptions(
    command.option(
      '--target <target>',
      'where etcd runs, so that endpoints and certificates are known: kubeadm, k3s, rke2 or vcluster/NAMESPACE/NAME',
    ),
  );
}

/** How to reach the etcd that the options, the target and the environment name. Throws Problems. */
export async function targetConnection(options: TargetOptions, environment: Environment): Promise<TargetConnection> {
  const { target, ...given } = options;
  const resolved = await resolveTarget(target, given, { file });
  const connection = etcdConnection(resolved.values, environment);
  if (!connection) throw targetOptionErrors.noEndpoint();
  return { ...resolved, connection: { ...connection, ...resolved.pems } };
}

function file(path: string): 'readable' | 'denied' | 'missing' {
  try {
    accessSync(path, constants.R_OK);
    return 'readable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'denied' : 'missing';
  }
}
