import type { Json, JsonObject } from '../../src/model/json.ts';

/** Where the API server stores built-in kinds below `/registry/`. */
const builtIn: Readonly<Record<string, string>> = {
  CronJob: 'cronjobs',
  Deployment: 'deployments',
  Endpoints: 'services/endpoints',
  EndpointSlice: 'endpointslices',
  Event: 'events',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  Ingress: 'ingress',
  Job: 'jobs',
  Lease: 'leases',
  Node: 'minions',
  Pod: 'pods',
  ReplicaSet: 'replicasets',
};

export interface Named extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string; readonly namespace?: string; readonly uid: string };
}

export const isBuiltIn = (object: Named): boolean => object.kind in builtIn;

export function registryKey({ apiVersion, kind, metadata: { namespace, name } }: Named): string {
  const place = builtIn[kind] ?? `${apiVersion.split('/')[0]}/${kind.toLowerCase()}s`;
  return ['/registry', place, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

/** With sorted keys, as the API server stores custom resources. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, sorted(child)]),
  );
}

const utf8 = new TextEncoder();

export const storedJson = (object: JsonObject): Uint8Array => utf8.encode(`${JSON.stringify(sorted(object))}\n`);
