import { rfc3339 } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata } from './metadata.ts';
import { controllerManager, controllerManagerStatus, transitionTime, podSpec } from './pod.ts';

interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly manager: string;
}

export function createDeployment(stage: Stage, { namespace, name, image, replicas, manager }: Workload): Entity {
  const labels = { app: name };
  const body: Named = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(stage, {
      name,
      namespace,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      generation: 1,
    }),
    spec: {
      progressDeadlineSeconds: 600,
      replicas,
      revisionHistoryLimit: 10,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
      template: { metadata: { labels }, spec: podSpec(image, 'Always') },
    },
    status: {},
  };
  return stage.create(body, { manager });
}

export function reportDeployment(
  stage: Stage,
  deployment: Entity,
  state: { replicas: number; ready: number; updated: number },
): Entity {
  const at = rfc3339(stage.now);
  return stage.update(deployment, controllerManagerStatus, {
    status: {
      observedGeneration: deployment.body.metadata['generation'] ?? 1,
      replicas: state.replicas,
      updatedReplicas: state.updated,
      readyReplicas: state.ready === 0 ? null : state.ready,
      availableReplicas: state.ready === 0 ? null : state.ready,
      conditions: [
        {
          type: 'Available',
          status: state.ready > 0 ? 'True' : 'False',
          lastTransitionTime: transitionTime(deployment.body, 'Available', state.ready > 0 ? 'True' : 'False', at),
          lastUpdateTime: deployment.body.metadata['creationTimestamp'] ?? at,
          reason: state.ready > 0 ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
          message: `Deployment ${state.ready > 0 ? 'has' : 'does not have'} minimum availability.`,
        },
      ],
    },
  });
}

export function createReplicaSet(stage: Stage, deployment: Named, image: string, replicas: number): Entity {
  const { namespace = 'default', name } = deployment.metadata;
  const hash = stage.random.suffix(10);
  const labels = { app: name, 'pod-template-hash': hash };
  const body: Named = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadata(stage, {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': `${replicas}`,
        'deployment.kubernetes.io/max-replicas': `${replicas + 1}`,
        'deployment.kubernetes.io/revision': '1',
      },
      controller: deployment,
      generation: 1,
    }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(image, 'Always') },
    },
    status: { replicas: 0 },
  };
  return stage.create(body, controllerManager);
}

/** The deployment controller copies what it wants of a ReplicaSet: replicas, and the revision the template now has. */
export const scaleReplicaSet = (stage: Stage, set: Entity, replicas: number, revision?: number): Entity =>
  stage.update(set, controllerManager, {
    metadata: {
      annotations: {
        'deployment.kubernetes.io/desired-replicas': `${replicas}`,
        ...(revision === undefined ? {} : { 'deployment.kubernetes.io/revision': `${revision}` }),
      },
    },
    spec: { replicas },
  });

export const reportReplicaSet = (stage: Stage, set: Entity, replicas: number, ready: number): Entity =>
  stage.update(set, controllerManagerStatus, {
    status: {
      observedGeneration: set.body.metadata['generation'] ?? 1,
      replicas,
      fullyLabeledReplicas: replicas === 0 ? null : replicas,
      readyReplicas: ready === 0 ? null : ready,
      availableReplicas: ready === 0 ? null : ready,
    },
  });
