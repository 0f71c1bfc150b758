import { openApi } from '../../../../src/kube/api.ts';
import { loadConnection } from '../../../../src/kube/connection.ts';
import { electLeader } from '../../../../src/kube/leader.ts';
import { pause } from '../../../../src/kube/pause.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import { asObject } from '../../../../src/objects/json-text.ts';
import { nodeName } from '../objects.ts';
import type { Calm } from '../scenario.ts';

const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const nodeCount = 200;

/** kwok renews their leases every ten seconds, as kubelets do. */
export const nodes: Calm = {
  name: 'the leases of 200 nodes',
  async prepare({ as }) {
    const admin = as('admin', 'kubectl');
    const metadata = (i: number): JsonObject => ({ name: nodeName(i), annotations: { 'kwok.x-k8s.io/node': 'fake' } });
    for (let i = 0; i < nodeCount; i += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, of) => admin.create('/api/v1/nodes', { metadata: metadata(i + of) })),
      );
  },
  start: () => undefined,
  async happened({ plane }) {
    const { items = [] } = await plane.request('GET', leases('kube-node-lease'));
    return items.length === nodeCount;
  },
};

/** Two candidates each, at client-go's pace; the first of each steps down in the middle. */
export const elections: Calm = {
  name: 'five leader elections',
  namespace: 'operators',
  start({ plane, signal, every }) {
    const api = openApi(loadConnection({ kubeconfig: plane.kubeconfig }));
    const run = (i: number, identity: string, leaving: AbortSignal): Promise<void> =>
      electLeader({
        ...{ api, namespace: 'operators', name: `operator-${i}`, identity, leaseSeconds: 15, renewMs: 2_000, pause },
        ...{ signal: leaving, now: Date.now },
        ...{ onChange: () => undefined, onTrouble: () => undefined, onWrite: () => undefined },
      });
    every(0, async () => {
      const first = AbortSignal.any([signal, AbortSignal.timeout(40_000)]);
      await Promise.all([0, 1, 2, 3, 4].flatMap((i) => [run(i, 'first', first), run(i, 'second', signal)]));
      await api.close();
    });
  },
  async happened({ plane }) {
    const { items = [] } = await plane.request('GET', leases('operators'));
    return items.length === 5 && items.every(({ spec }) => asObject(spec as JsonObject)['holderIdentity'] !== 'first');
  },
};

export const controllerManagerRestart: Calm = {
  name: 'a restart of the controller manager',
  start(stage) {
    const at = performance.now() + 48_000;
    let restarted = false;
    stage.every(500, async () => {
      if (restarted || performance.now() < at) return;
      restarted = true;
      await stage.plane.restartControllerManager();
    });
  },
  /** The new one leads once the Lease of the killed one has run out, and then looks at everything anew. */
  async happened({ plane }) {
    const { spec } = await plane.request('GET', `${leases('kube-system')}/kube-controller-manager`);
    return Number(asObject(spec as JsonObject)['leaseTransitions']) >= 1;
  },
};
