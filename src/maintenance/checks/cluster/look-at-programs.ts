import type { KubeApi } from '../../../kube/api.ts';
import type { JsonObject } from '../../../model/json.ts';
import { asList, asObject, asText } from '../../../objects/json-text.ts';
import { plainEndpoints } from '../../targets/endpoints.ts';
import { flagsIn } from '../../targets/flags.ts';
import { kubeadm } from '../../targets/kubeadm.ts';
import { vclusterDeployed } from '../../targets/vcluster-deployed.ts';
import { vclusterOf } from '../../targets/vcluster.ts';
import { mapKnown, readList } from './read-list.ts';
import type { ClusterSeen, SeenEtcd, SeenProgram } from './seen.ts';

/** Labels of kubeadm's static pods (cmd/kubeadm/app/util/staticpod). */
const staticPods = (component: string): string => `component=${component},tier=control-plane`;
const vclusterSuffix = '-etcd';

/** The flags that etcd and kube-apiserver run with, as far as pods and StatefulSets show them. */
export async function lookAtPrograms(api: KubeApi): Promise<Pick<ClusterSeen, 'etcds' | 'vclusters' | 'apiServers'>> {
  const kubeSystem = '/api/v1/namespaces/kube-system/pods';
  const [etcdPods, apiServerPods, statefulSets] = await Promise.all([
    readList(api, kubeSystem, staticPods('etcd')),
    readList(api, kubeSystem, staticPods('kube-apiserver')),
    readList(api, '/apis/apps/v1/statefulsets'),
  ]);
  const fromPods = mapKnown(etcdPods, (pods) =>
    pods.flatMap((pod) => programIn(pod, asObject(pod['spec']), 'etcd').map((each) => ({ ...each, target: kubeadm }))),
  );
  const fromSets = mapKnown(statefulSets, (sets) => sets.flatMap(etcdOfSet));
  const both = [fromPods, fromSets].flatMap((each) => ('known' in each ? each.known : []));
  const [refused] = [fromPods, fromSets].flatMap((each) => ('why' in each ? [each] : []));
  return {
    etcds: both.length === 0 && refused ? refused : { known: both },
    vclusters:
      'known' in statefulSets ? statefulSets.known.flatMap((set) => vclusterWithin(set, statefulSets.known)) : [],
    apiServers: mapKnown(apiServerPods, (pods) =>
      pods.flatMap((pod) => programIn(pod, asObject(pod['spec']), 'kube-apiserver')),
    ),
  };
}

function etcdOfSet(set: JsonObject): SeenEtcd[] {
  const { namespace, name } = namesOf(set);
  const spec = asObject(asObject(asObject(set['spec'])['template'])['spec']);
  const isVCluster = labelOf(set, 'app') === 'vcluster-etcd' && name.endsWith(vclusterSuffix);
  const target = isVCluster
    ? vclusterDeployed(vclusterOf(namespace, name.slice(0, -vclusterSuffix.length)))
    : plainEndpoints;
  return programIn(set, spec, 'etcd').map((each) => ({ ...each, target }));
}

/** A vCluster that has no etcd of its own beside it: what it keeps its objects in, its Secret alone tells. */
function vclusterWithin(set: JsonObject, all: readonly JsonObject[]): string[] {
  const { namespace, name } = namesOf(set);
  const hasEtcd = all.some((other) => {
    const names = namesOf(other);
    return names.namespace === namespace && names.name === `${name}${vclusterSuffix}`;
  });
  return labelOf(set, 'app') === 'vcluster' && !hasEtcd ? [`${namespace}/${name}`] : [];
}

/** The container that runs a program, by its command line. */
function programIn(object: JsonObject, podSpec: JsonObject, program: string): SeenProgram[] {
  const { namespace, name } = namesOf(object);
  const lines = asList(podSpec['containers']).map((container) => {
    const { command, args } = asObject(container);
    return [...asList(command), ...asList(args)].map(String);
  });
  const line = lines.find(([first = '']) => first === program || first.endsWith(`/${program}`));
  return line ? [{ name: `${namespace}/${name}`, flags: flagsIn(line) }] : [];
}

function namesOf({ metadata }: JsonObject): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = asObject(metadata);
  return { namespace: asText(namespace) ?? '', name: asText(name) ?? '' };
}

function labelOf({ metadata }: JsonObject, label: string): string | undefined {
  return asText(asObject(asObject(metadata)['labels'])[label]);
}
