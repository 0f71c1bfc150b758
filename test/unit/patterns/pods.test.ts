import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { deployment, ownedBy, pod } from './objects.ts';
import type { Named } from '../../incidents/registry.ts';
import { recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const kubelet = { manager: 'kubelet', subresource: 'status' };
const job = (name: string, owner: Named) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop', ...ownedBy(owner) },
  spec: {},
});
const cronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', namespace: 'shop' },
  spec: { schedule: '* * * * *' },
};
const replicaSet = (name: string, owner: Named) => ({
  ...deployment(name),
  kind: 'ReplicaSet',
  metadata: { name, namespace: 'shop', ...ownedBy(owner) },
});

const container = (restartCount: number, ready: boolean): JsonObject => ({
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'web',
        ready,
        restartCount,
        image: '',
        imageID: '',
        state: ready ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff' } },
      },
    ],
  },
});

/** A Deployment with some pods, each written every `seconds`. */
function pods(count: number, seconds: number, rounds: number, patchAt: (round: number) => JsonObject): Recording {
  const record = recording();
  const web = record.create(deployment('web'), 'helm');
  const set = record.create(replicaSet('web-1', web), 'kube-controller-manager');
  const made = Array.from({ length: count }, (_, i) =>
    record.create(pod(`web-1-${i}`, set), 'kube-controller-manager'),
  );
  for (let round = 0; round < rounds; round++) {
    record.wait(seconds);
    for (const each of made) record.patch(each, kubelet, patchAt(round));
  }
  return record;
}

describe('pod-restart-storm', () => {
  it('names the Deployment whose pods keep restarting', () => {
    const record = pods(10, 10, 40, (round) => container(Math.floor(round / 2), round % 2 === 0));
    const { findings } = judge(record.writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'pod-restart-storm',
      confidence: 'high',
      subject: { type: 'owner', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
      fields: ['/status/containerStatuses/name=web/restartCount'],
      writers: [{ name: 'kubelet' }, { name: 'kube-controller-manager' }],
    });
  });

  it('names the Deployment of one pod that restarts like mad', () => {
    const record = pods(1, 6, 40, (round) => container(Math.floor(round / 2), round % 2 === 0));
    expect(findingOf(judge(record.writes).findings, 'pod-restart-storm')?.subject).toMatchObject({
      resource: 'deployments',
      name: 'web',
    });
  });

  it('names a pod that nobody owns itself', () => {
    const record = recording();
    const lone = record.create(pod('lone'), 'kubectl-create');
    for (let round = 0; round < 40; round++) {
      record.wait(6);
      record.patch(lone, kubelet, container(Math.floor(round / 2), round % 2 === 0));
    }
    expect(findingOf(judge(record.writes).findings, 'pod-restart-storm')?.subject).toMatchObject({
      type: 'object',
      resource: 'pods',
      name: 'lone',
    });
  });

  it.each<[string, Recording]>([
    ['pods whose readiness flaps without a restart', pods(10, 10, 40, (round) => container(0, round % 2 === 0))],
    [
      'pods that restart once in a while',
      pods(3, 150, 6, (round) => container(Math.floor(round / 2), round % 2 === 0)),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});

describe('pod-churn', () => {
  /** Every minute a Job of some pods, which end and go. */
  const jobs = (minutes: number, podsPerJob: number): Recording => {
    const record = recording();
    const cron = record.create(cronJob, 'kubectl-create');
    for (let minute = 0; minute < minutes; minute++) {
      const run = record.create(job(`nightly-${minute}`, cron), 'kube-controller-manager');
      for (let i = 0; i < podsPerJob; i++) {
        record.wait(60 / podsPerJob);
        const made = record.create(pod(`nightly-${minute}-${i}`, run), 'kube-controller-manager');
        record.patch(made, kubelet, { status: { phase: 'Succeeded' } });
        record.remove(made);
      }
      record.remove(run);
    }
    return record;
  };

  it('names the CronJob at the root of a stream of pods', () => {
    const found = findingOf(judge(jobs(6, 40).writes).findings, 'pod-churn');
    expect(found).toMatchObject({
      subject: { type: 'owner', group: 'batch', resource: 'cronjobs', namespace: 'shop', name: 'nightly' },
      evidence: { podsCreated: 240, podsDeleted: 240 },
      consequences: [
        { resource: 'jobs', writes: 12 },
        { resource: 'cronjobs', writes: 1 },
      ],
    });
    expect(found?.shareWithConsequences).toBeCloseTo(1);
  });

  it('names a Deployment whose pods do not stay', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'helm');
    const set = record.create(replicaSet('web-1', web), 'kube-controller-manager');
    for (let i = 0; i < 200; i++) {
      record.wait(1.5);
      const made = record.create(pod(`web-1-${i}`, set), 'kube-controller-manager');
      if (i > 3) record.remove(made);
    }
    expect(findingOf(judge(record.writes).findings, 'pod-churn')?.subject).toMatchObject({
      resource: 'deployments',
      name: 'web',
    });
  });

  it('names a Deployment whose pods fail and stay, so that they outnumber by far those it wants', () => {
    const record = recording();
    const web = record.create(deployment('web', 3), 'helm');
    const set = record.create(replicaSet('web-1', web), 'kube-controller-manager');
    for (let i = 0; i < 200; i++) {
      record.wait(1.5);
      const made = record.create(pod(`web-1-${i}`, set), 'kube-controller-manager');
      record.patch(made, kubelet, { status: { phase: 'Failed' } });
      record.patch(web, { manager: 'kube-controller-manager' }, { status: { unavailableReplicas: i } });
    }
    expect(findingOf(judge(record.writes).findings, 'pod-churn')).toMatchObject({
      subject: { resource: 'deployments', name: 'web' },
      evidence: { podsCreated: 200, podsDeleted: 0 },
    });
  });

  it('stays silent on a scale-up whose pods all stay, though it was a few before', () => {
    const record = recording();
    const web = record.create(deployment('web', 3), 'helm');
    const set = record.create(replicaSet('web-1', web), 'kube-controller-manager');
    for (let i = 0; i < 200; i++) {
      record.wait(1.5);
      record.create(pod(`web-1-${i}`, set), 'kube-controller-manager');
      if (i % 10 === 0) record.patch(web, { manager: 'helm' }, { spec: { replicas: 10 + i } });
    }
    expect(findingOf(judge(record.writes).findings, 'pod-churn')).toBeUndefined();
  });

  it('stays silent on a CronJob of a few pods', () => {
    expect(judge(jobs(6, 5).writes).findings).toEqual([]);
  });

  it('stays silent on a rollout of hundreds of pods, and on a scale-up', () => {
    const record = recording();
    const web = record.create(deployment('web', 200), 'helm');
    const old = record.create(replicaSet('web-1', web), 'kube-controller-manager');
    const olds = Array.from({ length: 200 }, (_, i) => {
      record.wait(1);
      return record.create(pod(`web-1-${i}`, old), 'kube-controller-manager');
    });
    const young = record.create(replicaSet('web-2', web), 'kube-controller-manager');
    for (const [i, gone] of olds.entries()) {
      record.wait(1);
      record.create(pod(`web-2-${i}`, young), 'kube-controller-manager');
      record.remove(gone);
    }
    expect(judge(record.writes).findings).toEqual([]);
  });
});
