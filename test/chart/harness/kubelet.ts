import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../../cluster/harness/api-client.ts';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import type { Node } from './node.ts';
import type { PodNetwork } from './pod-network.ts';
import type { PodSpec } from './pods.ts';
import { runPod, type Pod } from './run-pod.ts';

export type Kubelet = {
  /** What went wrong with pods, and the last words of each. */
  complaints(): readonly string[];
  stop(): Promise<void>;
};

const everyMs = 200;
const heartbeatMs = 5_000;
const machine = 'stand-in';

/**
 * Runs every pod of the namespace, whoever makes it, tells the API server whether it is ready and how it ended, and ends
 * it when it is deleted. It is the scheduler too: there is one node.
 */
export async function startKubelet(
  node: Node & { readonly world: ControlPlane },
  network: PodNetwork,
): Promise<Kubelet> {
  const { world, namespace, names } = node;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const running = new Map<string, { readonly pod: Pod; told: string; ending: boolean }>();
  const complaints: string[] = [];
  const ending = new AbortController();

  const start = async ({ metadata: { name, labels }, spec }: KubeObject): Promise<void> => {
    const place = network.addPod();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Pod
    const { 'app.kubernetes.io/component': component } = (labels ?? {}) as Readonly<Record<string, string>>;
    await world.request('POST', `${path}/${name}/binding`, {
      metadata: { name },
      target: { apiVersion: 'v1', kind: 'Node', name: machine },
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Pod
    const pod = await runPod(node, place, name, spec as PodSpec);
    running.set(name, { pod, told: '', ending: false });
    // A headless Service.
    if (component === 'analyzer') names.set(`kubechurn-analyzer.${namespace}.svc`, place.address);
  };
  const end = async (name: string, pod: Pod): Promise<void> => {
    await pod.process.stop();
    await world.adminFetch(`${path}/${name}?gracePeriodSeconds=0`, { method: 'DELETE' });
  };
  const look = async (): Promise<void> => {
    const { items = [] } = await world.request('GET', path);
    for (const object of items) {
      const { name, deletionTimestamp } = object.metadata;
      if (!running.has(name)) await start(object);
      const entry = running.get(name)!;
      if (deletionTimestamp !== undefined) {
        if (!entry.ending) void end(name, entry.pod);
        entry.ending = true;
        continue;
      }
      const status = await statusOf(entry.pod, object);
      if (entry.told === JSON.stringify(status)) continue;
      await world.request('PATCH', `${path}/${name}/status`, { status });
      entry.told = JSON.stringify(status);
    }
  };
  const beat = async (): Promise<void> => {
    const lastHeartbeatTime = new Date().toISOString();
    const ready = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime }];
    await world.request('PATCH', `/api/v1/nodes/${machine}/status`, { status: { conditions: ready } });
  };

  await world.request('POST', '/api/v1/nodes', { metadata: { name: machine } });
  await beat();
  const working = (async () => {
    let beaten = performance.now();
    while (!ending.signal.aborted) {
      // A pod may be deleted between two calls.
      await look().catch((error: unknown) => complaints.push(String(error)));
      if (performance.now() - beaten > heartbeatMs) {
        await beat().catch((error: unknown) => complaints.push(String(error)));
        beaten = performance.now();
      }
      await pause(everyMs);
    }
  })();
  return {
    complaints: () => [...complaints, ...[...running].map(([name, { pod }]) => `${name}: ${pod.process.lastWords()}`)],
    async stop() {
      ending.abort();
      await working;
      await Promise.all([...running.values()].map(({ pod }) => pod.process.stop()));
    },
  };
}

async function statusOf({ address, process, isReady }: Pod, { spec }: KubeObject): Promise<object> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Pod
  const { containers, restartPolicy } = spec as {
    containers: { name: string; readinessProbe?: object }[];
    restartPolicy: string;
  };
  const [{ name, readinessProbe } = { name: '' }] = containers;
  const common = { name, image: '', imageID: '', restartCount: 0 };
  if (process.ended()) {
    const exitCode = process.exitCode() ?? -1;
    const phase = exitCode === 0 && restartPolicy === 'Never' ? 'Succeeded' : 'Failed';
    const state = { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } };
    return { phase, conditions: conditionsOf(false), containerStatuses: [{ ...common, ready: false, state }] };
  }
  const ready = readinessProbe === undefined || (await isReady());
  return {
    ...{ phase: 'Running', podIP: address, podIPs: [{ ip: address }], conditions: conditionsOf(ready) },
    containerStatuses: [{ ...common, ready, started: true, state: { running: {} } }],
  };
}

function conditionsOf(ready: boolean): object[] {
  return ['Ready', 'ContainersReady'].map((type) => ({ type, status: ready ? 'True' : 'False' }));
}
