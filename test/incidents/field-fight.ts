import type { Culprit, Mutation, Window } from './mutation.ts';
import {
  createDeployment,
  createReplicaSet,
  reportDeployment,
  reportReplicaSet,
  scaleReplicaSet,
} from './objects/workload.ts';
import { containersOf } from './rollouts.ts';
import { play, type Entity, type Stage } from './stage.ts';

const namespace = 'shop';
const gitops = { manager: 'argocd-controller' };

interface Fight {
  readonly field: 'image' | 'replicas';
  /** Of one writer's turn. */
  readonly every?: number;
}

const name = (field: Fight['field']) => `fought-over-${field}`;

export const fieldFightCulprits = (field: Fight['field']): readonly Culprit[] => [
  {
    pattern: field === 'replicas' ? 'replicas-fight' : 'field-fight',
    subject: { group: 'apps', resource: 'deployments', namespace, name: name(field) },
    fields: [field === 'image' ? '/spec/template/spec/containers/name=main/image' : '/spec/replicas'],
    writers: ['argocd-controller', field === 'image' ? 'image-updater' : 'kube-controller-manager'],
  },
];

/** Two writers each insist on their own value; the deployment controller copies every turn into the ReplicaSets. */
export function* fieldFight(window: Window, { field, every = 4_000 }: Fight): Generator<Mutation> {
  yield* play(window, (stage) => {
    const images = ['v1', 'v2'].map((version) => `registry.example/${name(field)}:${version}`);
    const [first = '', second = ''] = images;
    const deployment = createDeployment(stage, {
      namespace,
      name: name(field),
      image: first,
      replicas: 3,
      manager: gitops.manager,
    });
    if (field === 'replicas')
      fightOverReplicas(stage, deployment, createReplicaSet(stage, deployment.body, first, 3), every);
    else fightOverImage(stage, deployment, [first, second], every);
  });
}

function fightOverReplicas(stage: Stage, deployment: Entity, set: Entity, every: number): void {
  const autoscaler = { manager: 'kube-controller-manager', subresource: 'scale' };
  let [fought, copied, turn] = [deployment, set, 0];
  stage.every(every, () => {
    const replicas = turn++ % 2 === 0 ? 6 : 3;
    fought = stage.update(fought, replicas === 6 ? autoscaler : gitops, { spec: { replicas } });
    stage.after(40, () => {
      copied = scaleReplicaSet(stage, copied, replicas);
      copied = reportReplicaSet(stage, copied, replicas, 3);
      fought = reportDeployment(stage, fought, { replicas, ready: 3, updated: replicas });
    });
  });
}

function fightOverImage(stage: Stage, deployment: Entity, images: readonly [string, string], every: number): void {
  const sets = images.map((image) => createReplicaSet(stage, deployment.body, image, 0));
  let [fought, turn] = [deployment, 0];
  stage.every(every, () => {
    const winner = ++turn % 2;
    const [container] = containersOf(fought.body);
    fought = stage.update(fought, winner === 0 ? gitops : { manager: 'image-updater' }, {
      spec: { template: { spec: { containers: [{ ...container, image: images[winner] ?? '' }] } } },
    });
    stage.after(40, () => {
      for (const [i, set] of sets.entries()) {
        const scaled = scaleReplicaSet(stage, set, i === winner ? 3 : 0, i === winner ? turn + 1 : undefined);
        sets[i] = reportReplicaSet(stage, scaled, i === winner ? 1 : 0, 0);
      }
      fought = reportDeployment(stage, fought, { replicas: 4, ready: 3, updated: 1 });
    });
  });
}
