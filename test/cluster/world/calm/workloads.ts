import type { JsonObject } from '../../../../src/model/json.ts';
import { asObject } from '../../../../src/objects/json-text.ts';
import { until } from '../../../etcd/harness/until.ts';
import { autoscaler, autoscalers } from '../autoscaler.ts';
import { deployment, deployments, nodeName } from '../objects.ts';
import type { Calm } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const replicas = 200;

const statusOf = async ({ plane }: Stage, namespace: string): Promise<JsonObject> =>
  asObject((await plane.request('GET', `${deployments(namespace)}/web`))['status'] as JsonObject);

export const rollout: Calm = {
  name: 'a rollout of 200 pods',
  namespace: 'rolled',
  async prepare(stage) {
    await stage.as('admin', 'kubectl').create(deployments('rolled'), deployment('web', replicas, nodeName(10)));
    await until('200 pods', async () => (await statusOf(stage, 'rolled'))['readyReplicas'] === replicas, {
      withinMs: 120_000,
      everyMs: 250,
    });
  },
  start({ as, every }) {
    let rolled = false;
    every(1_000, async () => {
      if (rolled) return;
      rolled = true;
      const containers = [{ name: 'main', image: 'registry.example/web:v2' }];
      await as('admin', 'kubectl').patch(`${deployments('rolled')}/web`, {
        spec: { strategy: { rollingUpdate: { maxSurge: 20 } }, template: { spec: { containers } } },
      });
    });
  },
  async happened(stage) {
    const { updatedReplicas, readyReplicas, replicas: all } = await statusOf(stage, 'rolled');
    return updatedReplicas === replicas && readyReplicas === replicas && all === replicas;
  },
};

/** The real HPA controller follows a demand that rises and falls slowly. */
export const slowAutoscaler: Calm = {
  name: 'an autoscaler that really scales',
  namespace: 'scaled',
  async prepare({ as }) {
    const admin = as('admin', 'kubectl');
    await admin.create(deployments('scaled'), deployment('web', 2, nodeName(11)));
    await admin.create(autoscalers('scaled'), autoscaler('web', 'demand-of-scaled'));
  },
  start: () => undefined,
  async happened({ plane }) {
    const { status } = await plane.request('GET', `${autoscalers('scaled')}/web`);
    return asObject(status as JsonObject)['lastScaleTime'] !== undefined;
  },
};
