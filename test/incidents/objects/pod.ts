import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isList, isObject, rfc3339, type Manager } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata } from './metadata.ts';

export const controllerManager = { manager: 'kube-controller-manager' } satisfies Manager;
export const controllerManagerStatus = { manager: 'kube-controller-manager', subresource: 'status' } satisfies Manager;
const kubelet = { manager: 'kubelet', subresource: 'status' } satisfies Manager;
const scheduler = { manager: 'kube-scheduler' } satisfies Manager;

interface PodOf {
  readonly controller: Named;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly restartPolicy?: 'Always' | 'Never';
  readonly finalizers?: readonly string[];
}

export function createPod(
  stage: Stage,
  { controller, labels, image, restartPolicy = 'Always', finalizers }: PodOf,
): Entity {
  const generateName = `${controller.metadata.name}-`;
  const token = `kube-api-access-${stage.random.suffix()}`;
  const { namespace } = controller.metadata;
  const body: Named = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata(stage, {
        name: `${generateName}${stage.random.suffix()}`,
        generateName,
        labels,
        controller,
        generation: 1,
        ...(namespace === undefined ? {} : { namespace }),
      }),
      ...(finalizers ? { finalizers } : {}),
    },
    spec: {
      ...podSpec(image, restartPolicy, token),
      serviceAccount: 'default',
      serviceAccountName: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  };
  return stage.create(body, controllerManager);
}

/** What a pod template and a pod have in common. */
export function podSpec(image: string, restartPolicy: string, token?: string): JsonObject {
  return {
    containers: [
      {
        name: 'main',
        image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env: [{ name: 'LOG_LEVEL', value: 'info' }],
        resources: { requests: { cpu: '50m', memory: '64Mi' } },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        ...(token
          ? {
              volumeMounts: [
                { name: token, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
              ],
            }
          : {}),
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy,
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(token ? { volumes: [{ name: token, emptyDir: {} }] } : {}),
  };
}

/** The node goes to the spec through the binding subresource, as the scheduler does it. */
export const bind = (stage: Stage, pod: Entity, node: string): Entity =>
  stage.update(pod, scheduler, {
    spec: { nodeName: node },
    status: { conditions: [condition('PodScheduled', 'True', rfc3339(stage.now))] },
  });

/** One write of a pod's status by its kubelet. */
export function reportPod(
  stage: Stage,
  pod: Entity,
  state: { phase: string; ready: boolean; container: JsonObject },
): Entity {
  const at = rfc3339(stage.now);
  const ready = state.ready ? 'True' : 'False';
  return stage.update(pod, kubelet, {
    status: {
      phase: state.phase,
      hostIP: '10.0.3.17',
      podIP: '10.42.7.91',
      podIPs: [{ ip: '10.42.7.91' }],
      startTime: pod.body.metadata['creationTimestamp'] ?? at,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => {
        const status = type === 'Ready' || type === 'ContainersReady' ? ready : 'True';
        return condition(type, status, transitionTime(pod.body, type, status, at));
      }),
      containerStatuses: [
        {
          name: 'main',
          image: 'registry.example/app:v1',
          imageID: '',
          ready: state.ready,
          started: state.ready,
          ...state.container,
        },
      ],
    },
  });
}

const condition = (type: string, status: string, lastTransitionTime: Json): JsonObject => ({
  type,
  status,
  lastProbeTime: null,
  lastTransitionTime,
});

/** lastTransitionTime of a condition as the controllers keep it: it moves only when the status does. */
export function transitionTime(object: JsonObject, type: string, status: string, now: string): Json {
  const { status: old } = object;
  const conditions = isObject(old) ? old['conditions'] : undefined;
  const same = (item: Json) => isObject(item) && item['type'] === type && item['status'] === status;
  const kept = isList(conditions) ? conditions.find(same) : undefined;
  return (isObject(kept) ? kept['lastTransitionTime'] : undefined) ?? now;
}
