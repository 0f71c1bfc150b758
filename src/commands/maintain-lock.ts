import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Environment } from '../config/etcd-options.ts';
import { hasKubeconfig } from '../kube/has-kubeconfig.ts';
import { takeBoth } from '../maintenance/lock/both-locks.ts';
import { defaultLock } from '../maintenance/lock/default-lock.ts';
import { takeFileLock } from '../maintenance/lock/file-lock.ts';
import type { LeaseWish } from '../maintenance/lock/lease-wish.ts';
import type { Lock, Ports } from '../maintenance/ports.ts';
import type { TargetOptions } from './target-options.ts';

export interface LockOptions extends Pick<TargetOptions, 'target' | 'kubeconfig' | 'context'> {
  /** The file. */
  readonly lock?: string;
}

type Occasion = Pick<Ports, 'clock' | 'signal' | 'tell'>;

/** The file lock, and where a Lease is wished for or known of, that too. */
export async function takeLock(
  clusterId: string,
  options: LockOptions,
  wish: LeaseWish | undefined,
  environment: Environment,
  occasion: Occasion,
): Promise<Lock> {
  const { lock = defaultLock(clusterId, options.target), kubeconfig } = options;
  const file = takeFileLock(lock);
  if (!wish || (wish.isOptional && kubeconfig === undefined && !hasKubeconfig(environment))) return file;
  const { namespace, isOptional, name = `kubechurn-maintain-${BigInt(clusterId).toString(16)}` } = wish;
  const full = `Lease ${namespace}/${name}`;
  const take = async (): Promise<Lock> => {
    // Not before: client-node takes half a second to load.
    const { loadConnection } = await import('../kube/connection.ts');
    const { openApi, problemOf } = await import('../kube/api.ts');
    const { takeLeaseLock } = await import('../maintenance/lock/lease-lock.ts');
    const api = openApi(loadConnection(options));
    try {
      const identity = `${hostname()}_${randomUUID()}`;
      const lease = await takeLeaseLock({ ...{ api, namespace, name, identity }, ...occasion });
      return {
        ...lease,
        async release() {
          await lease.release();
          await api.close();
        },
      };
    } catch (error) {
      await api.close();
      throw problemOf(error, `writing ${full}`, api.server);
    }
  };
  return takeBoth(file, { take, name: full, isOptional });
}
