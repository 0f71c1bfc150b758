import { builtins } from '../objects/builtins.ts';
import type { JsonObject } from '../model/json.ts';
import { asList, asObject, asText } from '../objects/json-text.ts';
import { metadataOnlyList } from './accept.ts';
import { ifThere, isApiFailure, type KubeApi } from './api.ts';

/** Which of what an API server serves is kept in its own etcd. */
export interface KeptHere {
  /** `group/version` that an API server of its own answers for, which keeps it elsewhere, and why where it does not answer. */
  readonly elsewhere: ReadonlyMap<string, string>;
  /** Whether a resource of another version is known to be kept here. */
  isHere(resource: { readonly group: string; readonly resource: string }): boolean;
}

const serviceList = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitionList = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const builtinGroups = new Set(builtins.map(({ group }) => group));

/**
 * Told by the APIServices: those of an API server's own groups name no service (cmd/kube-apiserver/app/aggregator.go).
 * Who may not list them is told by what is built in and what CustomResourceDefinitions name. Rejects where no answer comes.
 */
export async function keptHere(api: Pick<KubeApi, 'call'>): Promise<KeptHere> {
  const services = await unlessForbidden(api.call(serviceList));
  if (services) return { elsewhere: servedElsewhere(services), isHere: () => true };
  const definitions = (await unlessForbidden(api.call(definitionList, { accept: metadataOnlyList }))) ?? {};
  const defined = new Set(
    asList(definitions['items']).map((item) => asText(asObject(asObject(item)['metadata'])['name'])),
  );
  return {
    elsewhere: new Map(),
    isHere: ({ group, resource }) => builtinGroups.has(group) || defined.has(`${resource}.${group}`),
  };
}

/** undefined where it is forbidden; empty where there is no such list, and so nothing in it. */
async function unlessForbidden(list: Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return (await ifThere(list)) ?? {};
  } catch (error) {
    if (isApiFailure(error) && error.status === 403) return undefined;
    throw error;
  }
}

function servedElsewhere(services: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    asList(services['items']).flatMap((service): [string, string][] => {
      const { spec, status } = asObject(service);
      const { service: backend, group, version } = asObject(spec);
      if (!backend) return [];
      const available = asList(asObject(status)['conditions'])
        .map(asObject)
        .find(({ type }) => type === 'Available');
      const why = available?.['status'] === 'True' ? '' : (asText(available?.['message']) ?? 'not available');
      return [[`${asText(group) ?? ''}/${asText(version) ?? ''}`, why]];
    }),
  );
}
