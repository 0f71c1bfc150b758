import type { JsonObject } from '../model/json.ts';
import { asList, asObject, asText } from '../objects/json-text.ts';
import { isApiFailure, type KubeApi } from './api.ts';

const root = '/apis/batch/v1/namespaces';
const timeoutMs = 10_000;

/** Rejects with an ApiFailure. */
export function readCronJob(api: KubeApi, namespace: string, name: string): Promise<JsonObject> {
  return api.call(`${root}/${namespace}/cronjobs/${name}`, { timeoutMs });
}

export interface JobToStart {
  readonly cronJob: JsonObject;
  readonly namespace: string;
  readonly name: string;
  /** It stays so long once it has ended, and while it is there no other of its name can be made. */
  readonly keptSeconds: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What `kubectl create job --from` does. undefined where there is one of that name already. Rejects with an ApiFailure.
 */
export async function startJob(api: KubeApi, job: JobToStart): Promise<JsonObject | undefined> {
  const { cronJob, namespace, name, keptSeconds, annotations } = job;
  const { metadata: template, spec } = asObject(asObject(cronJob['spec'])['jobTemplate']);
  const { name: owner = '', uid = '' } = asObject(cronJob['metadata']);
  const body = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      labels: asObject(template)['labels'] ?? {},
      annotations: { ...asObject(asObject(template)['annotations']), ...annotations },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: owner, uid, controller: true }],
    },
    spec: { ...asObject(spec), ttlSecondsAfterFinished: keptSeconds },
  };
  try {
    return await api.call(`${root}/${namespace}/jobs`, { method: 'POST', body, timeoutMs });
  } catch (error) {
    if (isApiFailure(error) && error.status === 409) return undefined;
    throw error;
  }
}

/**
 * Lists a Job among those that its CronJob runs, which nobody does for a Job made by hand: so that `concurrencyPolicy:
 * Forbid` counts it (cronjob_controllerv2.go looks at status.active alone, and takes it away once it has ended).
 */
export async function markActive(api: KubeApi, cronJob: JsonObject, job: JsonObject): Promise<void> {
  const { name = '', namespace = '', resourceVersion = '' } = asObject(cronJob['metadata']);
  const { name: jobName = '', uid = '' } = asObject(job['metadata']);
  const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: jobName, uid };
  const active = [...asList(asObject(cronJob['status'])['active']), reference];
  await api.call(`${root}/${asText(namespace)}/cronjobs/${asText(name)}/status`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    // With the version that was read, so that what the controller lists meanwhile is not lost.
    body: { metadata: { resourceVersion }, status: { active } },
    timeoutMs,
  });
}
