import { rfc3339, rfc3339Micro, type Manager } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata, target } from './metadata.ts';

interface Happening {
  readonly about: Named;
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
  readonly component: string;
  /** The node a kubelet speaks for. */
  readonly host?: string;
}

const eventName = (stage: Stage, about: Named) => `${about.metadata.name}.18${stage.random.hex(14)}`;

/** As client-go's legacy recorder sends it: v1, with count and first and last timestamp. */
export function sendEvent(
  stage: Stage,
  { about, reason, message, type = 'Normal', component, host }: Happening,
): Entity {
  const at = rfc3339(stage.now);
  const body: Named = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata(stage, { name: eventName(stage, about), namespace: about.metadata.namespace ?? 'default' }),
    involvedObject: target(about),
    reason,
    message,
    source: { component, ...(host ? { host } : {}) },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
  return stage.create(
    body,
    { manager: component.startsWith('kubelet') ? 'kubelet' : 'kube-controller-manager' },
    { leased: true },
  );
}

/** The same happening again: the recorder counts up instead of creating another Event. */
export function countUp(stage: Stage, event: Entity, by: Manager): Entity {
  const { count } = event.body;
  return stage.update(event, by, {
    count: (typeof count === 'number' ? count : 1) + 1,
    lastTimestamp: rfc3339(stage.now),
  });
}

interface Report {
  readonly about: Named;
  readonly related?: Named;
  readonly reason: string;
  readonly message: string;
  readonly action: string;
  readonly controller: string;
}

/** As the new recorder sends it through events.k8s.io: stored as v1, never aggregated by its sender here. */
export function sendReport(stage: Stage, { about, related, reason, message, action, controller }: Report): Entity {
  const body: Named = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata(stage, { name: eventName(stage, about), namespace: about.metadata.namespace ?? 'default' }),
    involvedObject: target(about),
    reason,
    message,
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    type: 'Warning',
    eventTime: rfc3339Micro(stage.now),
    action,
    ...(related ? { related: target(related) } : {}),
    reportingComponent: controller,
    reportingInstance: `${controller}-7d9c5f8b6c-x2x7q`,
  };
  return stage.create(body, { manager: 'kyverno', apiVersion: 'events.k8s.io/v1' }, { leased: true });
}
