import { randomBytes } from 'node:crypto';
import { probeAnnotation, probeAnswer } from '../../../admission/probe.ts';
import type { KubeApi } from '../../../kube/api.ts';
import type { PodPort } from '../../../kube/port-forward.ts';
import { isOurWebhook, webhookConfigurations } from '../../../kube/webhook-configurations.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { asList, asObject, asText } from '../../../objects/json-text.ts';
import { askBackend } from './ask-backend.ts';
import { mapKnown, readList } from './read-list.ts';
import type { ClusterSeen, Known, SeenBackend, SeenHook, SeenProbe, Served } from './seen.ts';

export interface HookPlaces {
  readonly api: KubeApi;
  /** A port of a pod as one of this machine's; undefined where pods' own addresses are within reach. */
  readonly forward?: (target: PodPort) => Promise<Way>;
}

/** To a pod, as long as it is not closed. */
export interface Way {
  readonly port: number;
  readonly failure: () => string | undefined;
  close(): void;
}

/** Where a webhook is called, and what vouches for it. */
interface Place {
  readonly service?: { readonly namespace: string; readonly name: string };
  readonly url?: string;
  readonly bundle: string;
}

export async function lookAtWebhook({
  api,
  forward,
}: HookPlaces): Promise<Pick<ClusterSeen, 'hooks' | 'backends' | 'probe'>> {
  const webhooks = mapKnown(await readList(api, webhookConfigurations), (items) => items.flatMap(webhooksIn));
  const found = 'known' in webhooks ? webhooks.known : [];
  const places = [...new Map(found.map(({ place }) => [JSON.stringify(place), place])).values()];
  const backends = await Promise.all(places.map((place) => lookAtPlace(api, place, forward)));
  return {
    hooks: mapKnown(webhooks, (all) => all.map(({ hook }) => hook)),
    backends,
    probe: found.length === 0 ? { why: 'no webhook is registered' } : await tryWrite(api, found.flatMap(leftOut)),
  };
}

interface Found {
  readonly hook: SeenHook;
  readonly place: Place;
  readonly selector: JsonObject;
}

function webhooksIn(configuration: JsonObject): Found[] {
  const of = asText(asObject(configuration['metadata'])['name']) ?? '';
  return asList(configuration['webhooks']).flatMap((each): Found[] => {
    const { name, clientConfig, failurePolicy, timeoutSeconds, namespaceSelector } = asObject(each);
    const called = asText(name) ?? '';
    if (!isOurWebhook(called)) return [];
    const { service, url, caBundle } = asObject(clientConfig);
    const { namespace, name: serviceName } = asObject(service);
    const [place, to] = [asText(namespace), asText(serviceName)];
    const address = asText(url);
    return [
      {
        hook: {
          configuration: of,
          name: called,
          // Both are filled in by the API server.
          failurePolicy: asText(failurePolicy) ?? 'Fail',
          timeoutSeconds: typeof timeoutSeconds === 'number' ? timeoutSeconds : 10,
        },
        place: {
          ...(place !== undefined && to !== undefined && { service: { namespace: place, name: to } }),
          ...(address !== undefined && { url: new URL(address).origin }),
          bundle: Buffer.from(asText(caBundle) ?? '', 'base64').toString(),
        },
        selector: asObject(namespaceSelector),
      },
    ];
  });
}

async function lookAtPlace(
  api: KubeApi,
  { service, url, bundle }: Place,
  forward: HookPlaces['forward'],
): Promise<SeenBackend> {
  const call = { bundle: bundle === '' ? undefined : bundle };
  const hasBundle = bundle !== '';
  if (url !== undefined) {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const served = await askBackend({ ...call, host, port: Number(port || 443), name: host });
    return { name: url, namespace: undefined, endpoints: undefined, hasBundle, served };
  }
  const { namespace = '', name = '' } = service ?? {};
  const slices = await readList(
    api,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    `kubernetes.io/service-name=${name}`,
  );
  const endpoints = mapKnown(slices, (items) => items.flatMap(endpointsIn));
  const [first] = 'known' in endpoints ? endpoints.known.filter(({ ready }) => ready) : [];
  const served = first
    ? await askEndpoint(first, namespace, { ...call, name: `${name}.${namespace}.svc` }, forward)
    : { why: 'why' in endpoints ? endpoints.why : 'no endpoint is ready' };
  return {
    name: `Service ${namespace}/${name}`,
    namespace,
    endpoints: mapKnown(endpoints, (all) => ({
      ready: all.filter(({ ready }) => ready).length,
      unready: all.filter(({ ready }) => !ready).length,
    })),
    hasBundle,
    served,
  };
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly pod: string | undefined;
}

/** Of an EndpointSlice; our Service has one port. */
function endpointsIn({ endpoints, ports }: JsonObject): Endpoint[] {
  const { port } = asObject(asList(ports)[0]);
  return asList(endpoints).map((each) => {
    const { addresses, conditions, targetRef } = asObject(each);
    return {
      address: asText(asList(addresses)[0]) ?? '',
      port: typeof port === 'number' ? port : 443,
      ready: asObject(conditions)['ready'] !== false,
      pod: asText(asObject(targetRef)['name']),
    };
  });
}

/** Through a port-forward; directly where that cannot be, which works from within the cluster. */
async function askEndpoint(
  { address, port, pod }: Endpoint,
  namespace: string,
  call: { readonly name: string; readonly bundle: string | undefined },
  forward: HookPlaces['forward'],
): Promise<Known<Served>> {
  const direct = () => askBackend({ ...call, host: address, port });
  if (!forward || pod === undefined) return direct();
  const way = await forward({ namespace, pod, port });
  try {
    const served = await askBackend({ ...call, host: '127.0.0.1', port: way.port });
    if ('known' in served) return served;
    const again = await direct();
    return 'known' in again ? again : { why: way.failure() ?? served.why };
  } finally {
    way.close();
  }
}

/** Namespaces that a webhook leaves out by name. */
function leftOut({ selector }: Found): string[] {
  return asList(selector['matchExpressions']).flatMap((each) => {
    const { key, operator, values } = asObject(each);
    if (key !== 'kubernetes.io/metadata.name' || operator !== 'NotIn') return [];
    return asList(values).filter((value) => typeof value === 'string');
  });
}

/** Creates a ConfigMap as a dry run, in a namespace that the webhook looks at. */
async function tryWrite(api: KubeApi, leaving: readonly string[]): Promise<Known<SeenProbe>> {
  const namespace = [api.connection.namespace, 'default'].find((each) => !leaving.includes(each));
  if (namespace === undefined) return { why: 'the webhook leaves the namespaces out that could be written to' };
  const asked = randomBytes(8).toString('hex');
  const before = await failedOpen(api);
  const body: Json = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { generateName: 'kubechurn-check-', annotations: { [probeAnnotation]: asked } },
  };
  const path = `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`;
  const { status, text, warnings } = await api.send(path, { method: 'POST', body, timeoutMs: 30_000 });
  if (status === 403) return { why: `creating ConfigMaps in ${namespace}, if only as a dry run, is not allowed` };
  if (status !== 201) return { why: `a dry run in ${namespace} was answered with ${status}: ${text.slice(0, 200)}` };
  const after = await failedOpen(api);
  return {
    known: {
      namespace,
      warned: warnings.includes(probeAnswer(asked)),
      failedOpen: before === undefined || after === undefined ? undefined : after - before,
    },
  };
}

/** Stable since 1.24 (apiserver pkg/admission/metrics). */
const openGauge = /^apiserver_admission_webhook_fail_open_count\{[^}]*kubechurn\.dev"[^}]*\} (\S+)$/gm;

async function failedOpen(api: KubeApi): Promise<number | undefined> {
  const { status, text } = await api.send('/metrics', { accept: 'text/plain', timeoutMs: 20_000 });
  if (status !== 200) return undefined;
  return [...text.matchAll(openGauge)].reduce((sum, [, value]) => sum + Number(value), 0);
}
