import type { KubeObject } from '../../cluster/harness/api-client.ts';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import { until } from '../../etcd/harness/until.ts';
import type { Node } from './node.ts';
import type { PodNetwork } from './pod-network.ts';
import type { PodSpec } from './pods.ts';
import { runPod, type Pod } from './run-pod.ts';

export type Jobs = {
  /** As `kubectl create job NAME --from=cronjob/CRON_JOB` makes one. */
  create(name: string, cronJob: string): Promise<void>;
  /** Runs the pod that the controller makes for a Job to its end, and tells the API server how that was. */
  run(name: string): Promise<Pod>;
  /** The Job, once a condition of this type is true. */
  ended(name: string, condition: 'Complete' | 'Failed'): Promise<KubeObject>;
};

/** What kubectl and a kubelet do for Jobs; the controller of Jobs is the real one. */
export function jobsOn(node: Node & { readonly world: ControlPlane }, network: PodNetwork): Jobs {
  const { world, namespace } = node;
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  return {
    async create(name, cronJob) {
      const { metadata, spec } = await world.request('GET', `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJob}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a CronJob
      const { jobTemplate } = spec as { jobTemplate: { metadata?: { labels?: object }; spec: object } };
      await world.request('POST', jobs, {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
          labels: jobTemplate.metadata?.labels ?? {},
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob, uid: metadata.uid, controller: true }],
        },
        spec: jobTemplate.spec,
      });
    },
    async run(name) {
      const made = await until(
        `a pod of Job ${name}`,
        async () => (await world.request('GET', `${pods}?labelSelector=job-name%3D${name}`)).items?.[0],
        { withinMs: 60_000, everyMs: 100 },
      );
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Pod
      const pod = await runPod(node, network.addPod(), made.metadata.name, made['spec'] as PodSpec);
      await until(`the pod of Job ${name} to end`, () => pod.process.ended(), { withinMs: 120_000, everyMs: 50 });
      const exitCode = pod.process.exitCode() ?? -1;
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      const state = { terminated: { exitCode, reason, finishedAt: new Date().toISOString() } };
      const status = { name: 'maintain', image: '', imageID: '', ready: false, restartCount: 0, state };
      await world.request('PATCH', `${pods}/${made.metadata.name}/status`, {
        status: { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [status] },
      });
      return pod;
    },
    ended: (name, condition) =>
      until(
        `Job ${name} to be ${condition}`,
        async () => {
          const job = await world.request('GET', `${jobs}/${name}`);
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Job
          const { conditions = [] } = job['status'] as { conditions?: { type: string; status: string }[] };
          return conditions.some(({ type, status }) => type === condition && status === 'True') && job;
        },
        { withinMs: 60_000, everyMs: 100 },
      ),
  };
}
