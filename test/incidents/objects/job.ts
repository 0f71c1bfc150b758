import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata } from './metadata.ts';
import { controllerManager, controllerManagerStatus, podSpec } from './pod.ts';

export function createCronJob(stage: Stage, namespace: string, name: string, pods: number): Entity {
  const body: Named = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(stage, { name, namespace, generation: 1 }),
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        metadata: {},
        spec: {
          parallelism: pods,
          completions: pods,
          template: { metadata: { labels: { app: name } }, spec: podSpec(`registry.example/${name}:latest`, 'Never') },
        },
      },
    },
    status: {},
  };
  return stage.create(body, { manager: 'kubectl-client-side-apply' });
}

export const noteSchedule = (stage: Stage, cronJob: Entity, job: Entity): Entity =>
  stage.update(cronJob, controllerManagerStatus, {
    status: {
      lastScheduleTime: rfc3339(stage.now),
      active: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: job.body.metadata.name,
          namespace: job.body.metadata.namespace ?? '',
          uid: job.body.metadata.uid,
        },
      ],
    },
  });

export const noteSuccess = (stage: Stage, cronJob: Entity): Entity =>
  stage.update(cronJob, controllerManagerStatus, { status: { lastSuccessfulTime: rfc3339(stage.now), active: null } });

export function createJob(stage: Stage, cronJob: Named, pods: number): Entity {
  const { namespace = 'default', name: cron } = cronJob.metadata;
  const name = `${cron}-${Math.floor(stage.now / 60_000)}`;
  const own = metadata(stage, { name, namespace, generation: 1, controller: cronJob });
  const labels = {
    app: cron,
    'batch.kubernetes.io/controller-uid': own.uid,
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
  };
  const body: Named = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...own,
      labels,
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339(stage.now) },
    },
    spec: {
      parallelism: pods,
      completions: pods,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      suspend: false,
      ttlSecondsAfterFinished: 30,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': own.uid } },
      template: { metadata: { labels }, spec: podSpec(`registry.example/${cron}:latest`, 'Never') },
    },
    status: {},
  };
  return stage.create(body, controllerManager);
}

export interface JobProgress {
  readonly active: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly finished?: boolean;
}

export function reportJob(
  stage: Stage,
  job: Entity,
  { active, ready, succeeded, finished = false }: JobProgress,
): Entity {
  const at = rfc3339(stage.now);
  const done: JsonObject = finished
    ? {
        completionTime: at,
        conditions: [
          {
            type: 'Complete',
            status: 'True',
            lastProbeTime: at,
            lastTransitionTime: at,
            reason: 'CompletionsReached',
            message: 'Reached expected number of succeeded pods',
          },
        ],
      }
    : {};
  return stage.update(job, controllerManagerStatus, {
    status: {
      startTime: job.body.metadata['creationTimestamp'] ?? at,
      active: active === 0 ? null : active,
      ready,
      terminating: 0,
      succeeded: succeeded === 0 ? null : succeeded,
      uncountedTerminatedPods: {},
      ...done,
    },
  });
}
