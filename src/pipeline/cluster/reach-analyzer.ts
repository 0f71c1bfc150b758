import { problemOf, type KubeApi } from '../../kube/api.ts';
import { forwardPort, type PodPort } from '../../kube/port-forward.ts';
import type { Json } from '../../model/json.ts';
import { asList, asObject, asText, parseJson } from '../../objects/json-text.ts';
import { clusterErrors } from './errors.ts';

/** An analyzer that answers. */
export interface Analyzer {
  /** Where it is, for messages. */
  readonly name: string;
  /** The JSON at one of its paths. Throws clusterErrors. */
  get(path: string): Promise<Json>;
  close(): void;
}

const selector = 'app.kubernetes.io/name=kubechurn,app.kubernetes.io/component=analyzer';
const patience = 30_000;

/** The analyzer's pod in any namespace that may be read; undefined where none is ready. Throws kubeErrors. */
export async function findAnalyzer(api: KubeApi): Promise<PodPort | undefined> {
  const path = `/api/v1/pods?labelSelector=${encodeURIComponent(selector)}`;
  const list = await api.call(path).catch((error: unknown) => {
    throw problemOf(error, 'looking for the analyzer', api.server);
  });
  for (const item of asList(list['items'])) {
    const { metadata, status, spec } = asObject(item);
    const { name, namespace, deletionTimestamp } = asObject(metadata);
    const isReady = asList(asObject(status)['conditions'])
      .map(asObject)
      .some(({ type, status: is }) => type === 'Ready' && is === 'True');
    const [pod, place] = [asText(name), asText(namespace)];
    if (!isReady || pod === undefined || place === undefined || deletionTimestamp !== undefined) continue;
    return { namespace: place, pod, port: portOf(spec) };
  }
  return undefined;
}

const usualPort = 9445;

/** Loopback ports may not be declared by a chart, so the usual one is taken where none is. */
function portOf(spec: Json | undefined): number {
  const declared = asList(asObject(spec)['containers'])
    .flatMap((container) => asList(asObject(container)['ports']))
    .map(asObject)
    .find(({ name }) => name === 'api')?.['containerPort'];
  return typeof declared === 'number' ? declared : usualPort;
}

export async function reachPod(api: KubeApi, target: PodPort): Promise<Analyzer> {
  const forwarded = await forwardPort(api.connection, target);
  const name = `${target.namespace}/${target.pod}`;
  return {
    name,
    get: (path) => getJson(`http://127.0.0.1:${forwarded.port}`, path, name, forwarded.failure),
    close: forwarded.close,
  };
}

export function reachUrl(url: string): Analyzer {
  const base = url.replace(/\/+$/, '');
  return { name: base, get: (path) => getJson(base, path, base, () => undefined), close: () => undefined };
}

async function getJson(base: string, path: string, name: string, failure: () => string | undefined): Promise<Json> {
  let text: string;
  try {
    const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(patience) });
    text = await response.text();
    if (response.status === 404) throw clusterErrors.notAnalyzer(name);
  } catch (error) {
    if (error instanceof Object && 'name' in error && error.name === 'Problem') throw error;
    throw clusterErrors.analyzerSilent(name, failure() ?? reasonOf(error));
  }
  const json = parseJson(text);
  if (json === undefined) throw clusterErrors.notAnalyzer(name);
  return json;
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
