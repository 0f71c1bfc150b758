import type { Culprit, Mutation, Window } from './mutation.ts';
import { rfc3339 } from './managed-fields.ts';
import { countUp, sendEvent } from './objects/event.ts';
import { bind, createPod, reportPod } from './objects/pod.ts';
import { createDeployment, createReplicaSet } from './objects/workload.ts';
import type { Named } from './registry.ts';
import { play, type Entity, type Stage } from './stage.ts';

const namespace = 'payments';
const name = 'ledger';

export const restartStormCulprits: readonly Culprit[] = [
  {
    pattern: 'pod-restart-storm',
    subject: { group: 'apps', resource: 'deployments', namespace, name },
    fields: [],
    writers: ['kubelet'],
  },
];

/** Incident A: an application that ends as soon as it has started; its kubelets report every step, and BackOff Events follow. */
export function* restartStorm(window: Window, { pods = 12, restartsPerMinute = 4 } = {}): Generator<Mutation> {
  yield* play(window, (stage) => {
    const image = `registry.example/${name}:v9`;
    const deployment = createDeployment(stage, {
      namespace,
      name,
      image,
      replicas: pods,
      manager: 'argocd-controller',
    });
    const set = createReplicaSet(stage, deployment.body, image, pods);
    for (let i = 0; i < pods; i++) keepCrashing(stage, set.body, image, 60_000 / restartsPerMinute);
  });
}

function keepCrashing(stage: Stage, set: Named, image: string, period: number): void {
  const node = `worker-${stage.random.below(20)}`;
  let pod = bind(stage, createPod(stage, { controller: set, labels: { app: name }, image }), node);
  let backOff: Entity | undefined;
  let restartCount = 0;
  stage.every(
    period,
    () => {
      const startedAt = rfc3339(stage.now);
      pod = reportPod(stage, pod, {
        phase: 'Running',
        ready: true,
        container: { restartCount, state: { running: { startedAt } } },
      });
      stage.after(period * 0.2, () => {
        const terminated = { exitCode: 1, reason: 'Error', startedAt, finishedAt: rfc3339(stage.now) };
        pod = reportPod(stage, pod, {
          phase: 'Running',
          ready: false,
          container: { restartCount, state: { terminated } },
        });
        stage.after(period * 0.1, () => {
          const waiting = {
            reason: 'CrashLoopBackOff',
            message: `back-off 10s restarting failed container=main pod=${pod.body.metadata.name}`,
          };
          pod = reportPod(stage, pod, {
            phase: 'Running',
            ready: false,
            container: { restartCount, state: { waiting }, lastState: { terminated } },
          });
          restartCount++;
          backOff = backOff
            ? countUp(stage, backOff, { manager: 'kubelet' })
            : sendEvent(stage, {
                about: pod.body,
                reason: 'BackOff',
                message: 'Back-off restarting failed container main',
                type: 'Warning',
                component: 'kubelet',
                host: node,
              });
        });
      });
    },
    0.1,
  );
}
