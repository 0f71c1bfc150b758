import type { Culprit, Mutation, Window } from './mutation.ts';
import type { Entity, Stage } from './stage.ts';
import { play } from './stage.ts';
import { policyEngine, type PolicyEngine } from './kyverno.ts';
import { rfc3339 } from './managed-fields.ts';
import { sendEvent } from './objects/event.ts';
import { createCronJob, createJob, noteSchedule, noteSuccess, reportJob } from './objects/job.ts';
import { bind, controllerManager, createPod, reportPod } from './objects/pod.ts';
import { createDeployment } from './objects/workload.ts';

/** Incident B: a CronJob that starts dozens of short pods every minute, and Kyverno's policies judging each of them. */
export function* ephemeralJobs(window: Window, { podsPerMinute = 40, applications = 8 } = {}): Generator<Mutation> {
  yield* play(window, (stage) => {
    const kyverno = policyEngine(stage);
    runCronJob(stage, kyverno, createCronJob(stage, namespace, cronJobName, podsPerMinute), podsPerMinute);
    for (let i = 0; i < applications; i++) applyAgainAndAgain(stage, kyverno, `app-${i}`);
  });
}

const namespace = 'batch';
const cronJobName = 'shard-export';

export const ephemeralJobsCulprits: readonly Culprit[] = [
  {
    pattern: 'kyverno-report-flood',
    subject: { group: 'reports.kyverno.io', resource: 'ephemeralreports' },
    fields: [],
    writers: ['kyverno', 'reports-controller'],
  },
  {
    pattern: 'policy-report-rewrite',
    subject: { group: 'wgpolicyk8s.io', resource: 'policyreports' },
    fields: [],
    writers: ['reports-controller'],
  },
  {
    pattern: 'pod-churn',
    subject: { group: 'batch', resource: 'cronjobs', namespace, name: cronJobName },
    fields: [],
    writers: [],
  },
];

/** A CronJob of `pods` pods every minute, each alive for some seconds; finished Jobs are cleaned up. */
export function runCronJob(stage: Stage, kyverno: PolicyEngine | undefined, cronJob: Entity, pods: number): void {
  let current = cronJob;
  stage.every(
    60_000,
    () => {
      let job = createJob(stage, current.body, pods);
      current = noteSchedule(stage, current, job);
      sendEvent(stage, {
        about: current.body,
        reason: 'SuccessfulCreate',
        message: `Created job ${job.body.metadata.name}`,
        component: 'cronjob-controller',
      });
      const count = { active: pods, succeeded: 0 };
      let reporting = false;
      const report = () => {
        reporting = false;
        job = reportJob(stage, job, {
          active: count.active,
          ready: 0,
          succeeded: count.succeeded,
          finished: count.succeeded === pods,
        });
        if (count.succeeded < pods) return;
        current = noteSuccess(stage, current);
        sendEvent(stage, {
          about: job.body,
          reason: 'Completed',
          message: 'Job completed',
          component: 'job-controller',
        });
        stage.after(30_000, () => stage.remove(job, controllerManager));
      };
      report();
      for (let i = 0; i < pods; i++) {
        stage.after(stage.random.between(200, 20_000), () =>
          runPod(stage, kyverno, job, () => {
            count.active--;
            count.succeeded++;
            if (reporting) return;
            reporting = true; // the job controller gathers what happens within a second
            stage.after(1_000, report);
          }),
        );
      }
    },
    0,
  );
}

function runPod(stage: Stage, kyverno: PolicyEngine | undefined, job: Entity, finished: () => void): void {
  const { random } = stage;
  const { name, labels } = job.body.metadata;
  let pod = createPod(stage, {
    controller: job.body,
    labels: (labels ?? {}) as Record<string, string>,
    image: `registry.example/${name.replace(/-\d+$/, '')}:latest`,
    restartPolicy: 'Never',
    finalizers: ['batch.kubernetes.io/job-tracking'],
  });
  kyverno?.admitted(pod.body);
  sendEvent(stage, {
    about: job.body,
    reason: 'SuccessfulCreate',
    message: `Created pod: ${pod.body.metadata.name}`,
    component: 'job-controller',
  });
  const node = `worker-${random.below(20)}`;
  const startedAt = () => rfc3339(stage.now);
  let started = '';
  const steps: readonly (readonly [number, () => void])[] = [
    [
      50,
      () => {
        pod = bind(stage, pod, node);
        sendEvent(stage, {
          about: pod.body,
          reason: 'Scheduled',
          message: `Successfully assigned ${namespace}/${pod.body.metadata.name} to ${node}`,
          component: 'default-scheduler',
        });
      },
    ],
    [
      300,
      () => {
        pod = reportPod(stage, pod, {
          phase: 'Pending',
          ready: false,
          container: { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } },
        });
      },
    ],
    [
      900,
      () => {
        started = startedAt();
        pod = reportPod(stage, pod, {
          phase: 'Running',
          ready: true,
          container: { restartCount: 0, state: { running: { startedAt: started } } },
        });
        sendEvent(stage, {
          about: pod.body,
          reason: 'Started',
          message: 'Container started',
          component: 'kubelet',
          host: node,
        });
      },
    ],
    [
      random.between(5_000, 15_000),
      () => {
        pod = reportPod(stage, pod, {
          phase: 'Succeeded',
          ready: false,
          container: {
            restartCount: 0,
            state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: started, finishedAt: startedAt() } },
          },
        });
        finished();
      },
    ],
    [
      500,
      () => {
        pod = stage.update(pod, controllerManager, { metadata: { finalizers: null } });
        kyverno?.admitted(pod.body);
      },
    ],
    [
      40_000,
      () => {
        stage.remove(pod, { manager: 'kubelet' });
        kyverno?.gone(pod.body);
      },
    ],
  ];
  const next = (index: number) => {
    const step = steps[index];
    if (!step) return;
    stage.after(step[0], () => {
      step[1]();
      next(index + 1);
    });
  };
  next(0);
}

/** GitOps applies an unchanged Deployment every few seconds: no write of its own, but Kyverno judges it anew each time. */
function applyAgainAndAgain(stage: Stage, kyverno: PolicyEngine, name: string): void {
  const deployment = createDeployment(stage, {
    namespace: 'shop',
    name,
    image: `registry.example/${name}:latest`,
    replicas: 2,
    manager: 'kustomize-controller',
  });
  stage.every(11_000, () => kyverno.admitted(deployment.body), 0.1);
}
