import type { JsonObject } from '../model/json.ts';
import type { Millis } from '../model/write.ts';
import { asObject, asText } from '../objects/json-text.ts';
import { ifThere, type KubeApi } from './api.ts';

export interface LeasePlace {
  readonly api: Pick<KubeApi, 'call'>;
  readonly namespace: string;
  readonly name: string;
}

/** What is stated of its holder; '' where it has none, or does not say. */
export interface LeaseHolder {
  readonly holder: string;
  readonly renewal: string;
  readonly acquired: string;
  readonly seconds: number;
}

const timeoutMs = 10_000;

const pathOf = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

/** undefined where there is none. */
export function readLease({ api, namespace, name }: LeasePlace): Promise<JsonObject | undefined> {
  return ifThere(api.call(`${pathOf(namespace)}/${name}`, { timeoutMs }));
}

export function holderOf(lease: JsonObject | undefined): LeaseHolder {
  const { holderIdentity, renewTime, acquireTime, leaseDurationSeconds } = asObject(lease?.['spec']);
  return {
    holder: asText(holderIdentity) ?? '',
    renewal: asText(renewTime) ?? '',
    acquired: asText(acquireTime) ?? '',
    seconds: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0,
  };
}

/**
 * Writes that `holder` has it as of now, over the Lease that was read before, or where there was none; returns it as it
 * is then. Throws an ApiFailure of status 409 where somebody else was faster: the metadata carry the resourceVersion.
 */
export async function writeLease(
  { api, namespace, name }: LeasePlace,
  before: JsonObject | undefined,
  { holder, seconds, now }: { readonly holder: string; readonly seconds: number; readonly now: Millis },
): Promise<JsonObject> {
  const renewTime = new Date(now).toISOString().replace('Z', '000Z');
  const spec = { ...asObject(before?.['spec']), holderIdentity: holder, leaseDurationSeconds: seconds, renewTime };
  const isOurs = holderOf(before).holder === holder;
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.['metadata'] ?? { name },
    spec: isOurs ? spec : { ...spec, acquireTime: renewTime },
  };
  return before
    ? api.call(`${pathOf(namespace)}/${name}`, { method: 'PUT', body: lease, timeoutMs })
    : api.call(pathOf(namespace), { method: 'POST', body: lease, timeoutMs });
}

/** Removes it as it was read. Throws an ApiFailure of status 409 where somebody has written it since. */
export async function deleteLease({ api, namespace, name }: LeasePlace, lease: JsonObject): Promise<void> {
  const { resourceVersion = '' } = asObject(lease['metadata']);
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion } };
  await api.call(`${pathOf(namespace)}/${name}`, { method: 'DELETE', body, timeoutMs });
}
