import { sendEvent } from './objects/event.ts';
import { createEndpointSlice, reportAddresses } from './objects/endpoints.ts';
import { bind, createPod, reportPod } from './objects/pod.ts';
import {
  createDeployment,
  createReplicaSet,
  reportDeployment,
  reportReplicaSet,
  scaleReplicaSet,
} from './objects/workload.ts';
import { rfc3339 } from './managed-fields.ts';
import type { Named } from './registry.ts';
import type { Entity, Stage } from './stage.ts';

/** A pod that comes up and stays. */
function startPod(stage: Stage, set: Named, image: string, ready?: (pod: Entity) => void): void {
  const app = set.metadata.name.replace(/-[^-]+$/, '');
  let pod = createPod(stage, { controller: set, labels: { app }, image });
  const node = `worker-${stage.random.below(20)}`;
  stage.after(60, () => (pod = bind(stage, pod, node)));
  stage.after(
    400,
    () =>
      (pod = reportPod(stage, pod, {
        phase: 'Pending',
        ready: false,
        container: { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } },
      })),
  );
  stage.after(2_400, () => {
    pod = reportPod(stage, pod, {
      phase: 'Running',
      ready: true,
      container: { restartCount: 0, state: { running: { startedAt: rfc3339(stage.now) } } },
    });
    sendEvent(stage, {
      about: pod.body,
      reason: 'Started',
      message: 'Container started',
      component: 'kubelet',
      host: node,
    });
    ready?.(pod);
  });
}

/** A new image every `period`: content new each time, a ReplicaSet and pods come and go. */
export function rollOut(stage: Stage, namespace: string, name: string, period: number): void {
  const replicas = 2;
  const image = (version: number) => `registry.example/${name}:v${version}`;
  let version = 1;
  let deployment = createDeployment(stage, {
    namespace,
    name,
    image: image(version),
    replicas,
    manager: 'argocd-controller',
  });
  let slice = createEndpointSlice(stage, namespace, name);
  let current: { set: Entity; pods: Entity[] } | undefined;
  const bringUp = () => {
    const previous = current;
    const young = { set: createReplicaSet(stage, deployment.body, image(version), replicas), pods: [] as Entity[] };
    current = young;
    for (let i = 0; i < replicas; i++) {
      startPod(stage, young.set.body, image(version), (pod) => {
        young.pods.push(pod);
        slice = reportAddresses(
          stage,
          slice,
          young.pods.map(({ body }) => body),
        );
        young.set = reportReplicaSet(stage, young.set, replicas, young.pods.length);
        deployment = reportDeployment(stage, deployment, { replicas, ready: young.pods.length, updated: replicas });
        if (young.pods.length < replicas || !previous) return;
        previous.set = scaleReplicaSet(stage, previous.set, 0);
        for (const old of previous.pods) stage.remove(old, { manager: 'kubelet' });
        previous.set = reportReplicaSet(stage, previous.set, 0, 0);
      });
    }
  };
  stage.every(period, () => {
    if (current) {
      version++;
      const [container, ...rest] = containersOf(deployment.body);
      deployment = stage.update(
        deployment,
        { manager: 'argocd-controller' },
        { spec: { template: { spec: { containers: [{ ...container, image: image(version) }, ...rest] } } } },
      );
    }
    bringUp();
  });
}

/** An autoscaler that really goes 3 -> 5 -> 3: one writer, minutes apart. */
export function scaleSlowly(stage: Stage, namespace: string, name: string, period: number): void {
  let replicas = 3;
  let deployment = createDeployment(stage, {
    namespace,
    name,
    image: `registry.example/${name}:v1`,
    replicas,
    manager: 'helm',
  });
  let set = createReplicaSet(stage, deployment.body, `registry.example/${name}:v1`, replicas);
  stage.every(period, () => {
    replicas = replicas === 3 ? 5 : 3;
    deployment = stage.update(
      deployment,
      { manager: 'kube-controller-manager', subresource: 'scale' },
      { spec: { replicas } },
    );
    set = scaleReplicaSet(stage, set, replicas);
    stage.after(3_000, () => {
      set = reportReplicaSet(stage, set, replicas, replicas);
      deployment = reportDeployment(stage, deployment, { replicas, ready: replicas, updated: replicas });
    });
  });
}

interface PodSpec {
  readonly template: { readonly spec: { readonly containers: readonly { readonly [key: string]: string }[] } };
}

export const containersOf = (workload: Named) => (workload['spec'] as unknown as PodSpec).template.spec.containers;
