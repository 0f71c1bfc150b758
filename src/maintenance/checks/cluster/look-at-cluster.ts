import { problemOf, type KubeApi } from '../../../kube/api.ts';
import { slowRenewal } from '../../../kube/leader.ts';
import { holderOf, readLease } from '../../../kube/lease.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { Millis } from '../../../model/write.ts';
import { asList, asObject, asText } from '../../../objects/json-text.ts';
import { lookAtPrograms } from './look-at-programs.ts';
import { lookAtRights } from './look-at-rights.ts';
import { lookAtWebhook, type HookPlaces } from './look-at-webhook.ts';
import { known, mapKnown, readList } from './read-list.ts';
import type { ClusterSeen, Known, SeenAnalyzer, SeenDeployment, SeenLease } from './seen.ts';

export interface ClusterLook extends HookPlaces {
  readonly api: KubeApi;
  readonly now: () => Millis;
  /** What an analyzer tells of itself, and where it was asked; undefined where none is ready. */
  readonly askStatus: () => Promise<Known<{ readonly name: string; readonly status: Json } | undefined>>;
}

const leaseName = 'kubechurn-analyzer';

/** Reads all that the checks judge. Of what it asks only one call could write, and that is a dry run. Throws kubeErrors. */
export async function lookAtCluster(options: ClusterLook): Promise<ClusterSeen> {
  const { api, now, askStatus } = options;
  const { gitVersion } = await api.call('/version').catch((error: unknown) => {
    throw problemOf(error, 'asking for the version', api.server);
  });
  const deployments = mapKnown(
    await readList(api, '/apis/apps/v1/deployments', 'app.kubernetes.io/name=kubechurn'),
    (items) => items.map(deploymentIn),
  );
  const home = ('known' in deployments ? deployments.known : []).find(({ component }) => component === 'analyzer');
  const status = await askStatus();
  const stated = 'known' in status ? asText(asObject(status.known?.status)['namespace']) : undefined;
  const namespace = stated ?? home?.namespace ?? api.connection.namespace;
  const [webhook, lease, rights, programs] = await Promise.all([
    lookAtWebhook(options),
    known(() => readLease({ api, namespace, name: leaseName })),
    known(() => lookAtRights(api, namespace)),
    lookAtPrograms(api),
  ]);
  return {
    now: now(),
    version: asText(gitVersion) ?? '',
    deployments,
    ...webhook,
    analyzer: mapKnown(status, (told) => told && analyzerIn(told.name, told.status)),
    lease: mapKnown(lease, (found) => found && leaseIn(`${namespace}/${leaseName}`, found)),
    rights,
    ...programs,
  };
}

function deploymentIn({ metadata, spec, status }: JsonObject): SeenDeployment {
  const { namespace, name, labels } = asObject(metadata);
  return {
    component: asText(asObject(labels)['app.kubernetes.io/component']) ?? '',
    namespace: asText(namespace) ?? '',
    name: asText(name) ?? '',
    wanted: numberIn(asObject(spec)['replicas'], 1),
    ready: numberIn(asObject(status)['readyReplicas'], 0),
  };
}

function analyzerIn(name: string, status: Json): SeenAnalyzer {
  const { since, synced, isEtcd, coverage, resources, notSeen, requests } = asObject(status);
  const { counted, growth } = asObject(coverage);
  const { received, dropped } = asObject(requests);
  return {
    name,
    since: numberIn(since, 0),
    synced: synced === true,
    isEtcd: isEtcd === true,
    coverage: { counted: numberIn(counted, 0), growth: numberIn(growth, 0) },
    resources: asList(resources).map((each) => {
      const { group, resource, state, why } = asObject(each);
      return {
        group: asText(group) ?? '',
        resource: asText(resource) ?? '',
        state: asText(state) ?? '',
        why: asText(why) ?? '',
      };
    }),
    notSeen: asList(notSeen).filter((each) => typeof each === 'string'),
    requests: { received: numberIn(received, 0), dropped: numberIn(dropped, 0) },
  };
}

function leaseIn(name: string, lease: JsonObject): SeenLease {
  const { holder, renewal, seconds } = holderOf(lease);
  return { name, holder, renewedAt: Date.parse(renewal) || 0, seconds: seconds || slowRenewal.leaseSeconds };
}

const numberIn = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
