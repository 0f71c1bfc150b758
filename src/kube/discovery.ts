import type { Json } from '../model/json.ts';
import { asList, asObject, asText } from '../objects/json-text.ts';
import type { KubeApi } from './api.ts';
import { keptHere } from './kept-here.ts';

/** A resource that can be listed and watched, in the version the API server prefers. */
export interface WatchableResource {
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface Discovered {
  readonly resources: readonly WatchableResource[];
  /** What is served but has its own store, or may have, or did not answer; one sentence each. */
  readonly notSeen: readonly string[];
}

/** `apps/v1/deployments` as a path: `/apis/apps/v1/deployments`. */
export function pathOfResource({ group, version, resource }: WatchableResource): string {
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}/${resource}`;
}

export const idOfResource = ({ group, resource }: Pick<WatchableResource, 'group' | 'resource'>): string =>
  `${resource}.${group}`;

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/**
 * Every resource that can be watched and is kept in the etcd of this API server: of a group that serves one resource in
 * several versions the preferred, of the two groups of Events the older. One request for each of /api and /apis
 * (aggregated discovery, Kubernetes 1.27 and later). Rejects where a part of the answer is missing: a revision of another
 * etcd, once taken for one of this, would count as growth for good.
 */
export async function discoverResources(api: Pick<KubeApi, 'call'>): Promise<Discovered> {
  const [legacy, groups, { elsewhere, isHere }] = await Promise.all([
    api.call('/api', { accept: aggregated }),
    api.call('/apis', { accept: aggregated }),
    keptHere(api),
  ]);
  const found = new Map<string, WatchableResource>();
  const notSeen: string[] = [];
  for (const item of [...asList(legacy['items']), ...asList(groups['items'])]) {
    const { metadata, versions } = asObject(item);
    const group = asText(asObject(metadata)['name']) ?? '';
    const local = asList(versions).filter((version) => !elsewhere.has(`${group}/${versionOf(version)}`));
    if (local.length < asList(versions).length)
      notSeen.push(
        `${group} is served by an API server of its own, which keeps its objects elsewhere than in this etcd`,
      );
    const doubtful = new Set<string>();
    for (const resource of local.flatMap((version) => watchable(group, version))) {
      if (!isHere(resource)) doubtful.add(resource.resource);
      // Versions come in order of preference.
      else if (!found.has(idOfResource(resource))) found.set(idOfResource(resource), resource);
    }
    if (doubtful.size > 0)
      notSeen.push(
        `${group} (${[...doubtful].join(', ')}) is not watched: without the right to list apiservices it cannot be told whether this etcd keeps it`,
      );
  }
  for (const [version, why] of elsewhere) if (why !== '') notSeen.push(`the aggregated API ${version} is down: ${why}`);
  if (found.has('events.')) found.delete('events.events.k8s.io');
  return { resources: [...found.values()], notSeen };
}

const versionOf = (version: Json): string => asText(asObject(version)['version']) ?? '';

function watchable(group: string, version: Json): WatchableResource[] {
  return asList(asObject(version)['resources']).flatMap((item) => {
    const { resource, responseKind, scope, verbs } = asObject(item);
    const name = asText(resource);
    const kind = asText(asObject(responseKind)['kind']);
    const can = asList(verbs);
    if (name === undefined || kind === undefined || !can.includes('list') || !can.includes('watch')) return [];
    return [{ group, version: versionOf(version), resource: name, kind, namespaced: scope === 'Namespaced' }];
  });
}
