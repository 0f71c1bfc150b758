import type { EtcdOptionValues } from '../../config/etcd-options.ts';
import { backingStoreIn, type BackingStore } from '../../config/vcluster-config.ts';
import type { PemFile } from '../../etcd/connection.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { targetErrors } from './errors.ts';
import { flagsIn } from './flags.ts';
import type { ResolvedTarget } from './resolved-target.ts';
import { deployedNames, vclusterDeployed } from './vcluster-deployed.ts';
import { vclusterEmbedded } from './vcluster-embedded.ts';
import type { VCluster } from './vcluster.ts';

/** As its host cluster knows it: endpoints by the StatefulSet's replicas, certificates of its Secret. Throws targetErrors. */
export async function resolveInCluster(
  vcluster: VCluster,
  given: EtcdOptionValues,
  cluster: ClusterReader,
): Promise<ResolvedTarget> {
  const { namespace, release } = vcluster;
  const statefulSet = await cluster.statefulSet(namespace, `${release}-etcd`);
  if (!statefulSet) throw await whyNoEtcd(vcluster, cluster);
  const secretName = `${release}-certs`;
  const secret = await cluster.secret(namespace, secretName);
  const target = vclusterDeployed(vcluster, statefulSet.replicas);
  const pem = (option: string, key: string): PemFile => {
    const text = secret?.get(key);
    if (!text) throw targetErrors.noSecret(vcluster.target, `${namespace}/${secretName}`, key);
    return { option, file: `Secret ${namespace}/${secretName}, ${key}`, text: new TextDecoder().decode(text) };
  };
  const { cacert, cert, key } = deployedNames;
  return {
    target,
    values: { ...(given.endpoints === undefined && { etcd: target.endpoints.join() }), ...given },
    pems: { cacert: pem('--cacert', cacert), cert: pem('--cert', cert), key: pem('--key', key) },
    flags: flagsIn(statefulSet.command),
  };
}

/**
 * Where its etcd runs inside its own pods, whose certificates only they have: the options must bring those.
 * undefined where it runs elsewhere.
 */
export async function resolveEmbedded(
  vcluster: VCluster,
  given: EtcdOptionValues,
  cluster: ClusterReader,
): Promise<ResolvedTarget | undefined> {
  const { namespace, release } = vcluster;
  if (await cluster.statefulSet(namespace, `${release}-etcd`)) return undefined;
  if ((await storeOf(vcluster, cluster)) !== 'embedded') return undefined;
  const { replicas } = (await cluster.statefulSet(namespace, release)) ?? { replicas: 1 };
  return {
    target: vclusterEmbedded(vcluster),
    values: given,
    pods: Array.from({ length: replicas }, (_, i) => ({ namespace, pod: `${release}-${i}`, port: embeddedPort })),
  };
}

const embeddedPort = 2379;

/** As its vcluster.yaml says; undefined where there is none, or it cannot be read. */
async function storeOf({ namespace, release }: VCluster, cluster: ClusterReader): Promise<BackingStore | undefined> {
  const config = await cluster.secret(namespace, `vc-config-${release}`);
  return config && backingStoreIn(new TextDecoder().decode(config.get('config.yaml')));
}

async function whyNoEtcd(vcluster: VCluster, cluster: ClusterReader): Promise<Error> {
  const { target, namespace, release } = vcluster;
  const store = await storeOf(vcluster, cluster);
  return store === 'embedded'
    ? targetErrors.insidePods(target, namespace, release)
    : store === 'other'
      ? targetErrors.noEtcd(target)
      : targetErrors.notThere(target, namespace);
}
