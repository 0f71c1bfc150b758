import { asText } from '../../../../src/objects/json-text.ts';
import { controllerAccount, deployment, deployments, nodeName, podTemplate } from '../objects.ts';
import type { Loop } from '../scenario.ts';

/** Its pods fail two seconds after they run, and the real ReplicaSet controller makes others in their place. */
export const recreatedPods: Loop = {
  name: 'a Deployment whose pods are recreated for ever',
  namespace: 'crashing',
  users: [],
  expected: {
    pattern: 'pod-churn',
    subject: { type: 'owner', group: 'apps', resource: 'deployments', namespace: 'crashing', name: 'web' },
    writers: [[controllerAccount('replicaset-controller'), 'kube-controller-manager']],
    fields: [],
    remedy: /fewer pods for Deployment crashing\/web/,
    live: true,
  },
  start({ as, every }) {
    const admin = as('admin', 'kubectl');
    let made = false;
    every(1_000, async () => {
      if (!made) await admin.create(deployments('crashing'), deployment('web', 6, nodeName(0), { fate: 'fails' }));
      made = true;
    });
  },
};

const batch = '/apis/batch/v1/namespaces/batch';
const jobSpec = { template: podTemplate({ app: 'export' }, nodeName(1), { restartPolicy: 'Never' }) };
const cronJobs = controllerAccount('cronjob-controller');

/** A CronJob that may start one a second, as the API does not allow; all that follows is the work of the real controllers. */
export const jobStorm: Loop = {
  name: 'a storm of Jobs of one CronJob',
  namespace: 'batch',
  users: [cronJobs],
  expected: {
    pattern: 'pod-churn',
    subject: { type: 'owner', group: 'batch', resource: 'cronjobs', namespace: 'batch', name: 'export' },
    writers: [[controllerAccount('job-controller'), 'kube-controller-manager']],
    fields: [],
    remedy: /fewer pods for CronJob batch\/export/,
    live: true,
  },
  async prepare({ as }) {
    await as('admin', 'kubectl').create(`${batch}/cronjobs`, {
      metadata: { name: 'export' },
      spec: {
        ...{ schedule: '0 0 1 1 *', suspend: true, successfulJobsHistoryLimit: 3 },
        jobTemplate: { spec: jobSpec },
      },
    });
  },
  start({ as, every, plane }) {
    const controller = as(cronJobs, 'kube-controller-manager');
    let uid: string | undefined;
    every(1_000, async (turn) => {
      uid ??= asText((await plane.request('GET', `${batch}/cronjobs/export`)).metadata.uid) ?? '';
      const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'export', uid, controller: true };
      await controller.create(`${batch}/jobs`, {
        metadata: { name: `export-${29_000_000 + turn}`, ownerReferences: [{ ...owner, blockOwnerDeletion: true }] },
        spec: jobSpec,
      });
    });
  },
};
