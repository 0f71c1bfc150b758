import type { ObjectRef } from '../model/resource.ts';
import type { Millis } from '../model/write.ts';
import type { KubeApi } from './api.ts';

export interface EventToPost {
  readonly about: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  /** UpperCamelCase. */
  readonly reason: string;
  /** What was done; events.k8s.io wants a verb. */
  readonly action: string;
  readonly note: string;
  readonly at: Millis;
  /** This process. */
  readonly instance: string;
}

/** Kubernetes cuts at 1024 (events.k8s.io validation). */
const longestNote = 1_000;
/** Objects without a namespace have their Events here. */
const clusterEvents = 'default';

/** One Event object, never updated afterwards. Rejects with an ApiFailure. */
export async function postEvent(
  api: KubeApi,
  { about, type, reason, action, note, at, instance }: EventToPost,
): Promise<void> {
  const namespace = about.namespace ?? clusterEvents;
  await api.call(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, {
    method: 'POST',
    timeoutMs: 10_000,
    body: {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { generateName: 'kubechurn-', namespace },
      eventTime: new Date(at).toISOString().replace('Z', '000Z'),
      reportingController: 'kubechurn.dev/analyzer',
      reportingInstance: instance.slice(0, 128),
      type,
      reason,
      action,
      note: note.length > longestNote ? `${note.slice(0, longestNote - 1)}…` : note,
      regarding: {
        apiVersion: about.group === '' ? 'v1' : `${about.group}/v1`,
        kind: about.kind,
        name: about.name,
        ...(about.namespace !== undefined && { namespace: about.namespace }),
        ...(about.uid !== undefined && { uid: about.uid }),
      },
    },
  });
}
