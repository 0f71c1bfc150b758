import type { KubeObject } from '../../cluster/harness/api-client.ts';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import { until } from '../../etcd/harness/until.ts';
import { helm, type Said } from './helm.ts';
import type { Node } from './node.ts';
import type { PodNetwork } from './pod-network.ts';
import { podOf, type PodSpec } from './pods.ts';
import { runPod, type Pod } from './run-pod.ts';

export type Release = {
  /** Helm, in the cluster and namespace of the release. */
  helm(...args: readonly string[]): Said;
  /** As the API server has it. */
  deployment(name: string): Promise<KubeObject>;
  /** A pod of a Deployment as it is now, once it is ready. */
  start(deployment: string, suffix?: string): Promise<Pod>;
  /** Makes the Service of that name lead to these pods alone. */
  lead(service: string, pods: readonly Pod[]): Promise<void>;
};

/** What kubelets and the controllers of Deployments and EndpointSlices do for a release of the chart. */
export function openRelease(node: Node & { readonly world: ControlPlane }, network: PodNetwork): Release {
  const { world, namespace, scene } = node;
  const deployment = (name: string): Promise<KubeObject> =>
    world.request('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  const specOf = async (name: string): Promise<PodSpec> =>
    podOf({ ...(await deployment(name)), apiVersion: 'apps/v1', kind: 'Deployment' })!.spec;
  return {
    helm: (...args) => helm([...args, '--namespace', namespace], { KUBECONFIG: world.kubeconfig, HOME: scene.directory }),
    deployment,
    async start(name, suffix = '') {
      const pod = await runPod(node, network.addPod(), `${name}${suffix}`, await specOf(name));
      await until(
        `${name} to be ready`,
        () => {
          if (pod.process.ended()) throw new Error(`${name} ended: ${pod.process.lastWords()}`);
          return pod.isReady();
        },
        { withinMs: 90_000, everyMs: 100 },
      );
      return pod;
    },
    async lead(service, pods) {
      const [container] = (await specOf(service)).containers;
      const { spec } = await world.request('GET', `/api/v1/namespaces/${namespace}/services/${service}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Service
      const { ports } = spec as { ports: { name: string; targetPort: string }[] };
      const slice = {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: service, labels: { 'kubernetes.io/service-name': service } },
        addressType: 'IPv4',
        endpoints: pods.map(({ address }) => ({ addresses: [address], conditions: { ready: true } })),
        ports: ports.map(({ name, targetPort }) => ({
          name,
          port: container?.ports?.find((each) => each.name === targetPort)?.containerPort,
        })),
      };
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${service}`;
      await world.request('PATCH', `${path}?fieldManager=test&force=true`, slice, {
        contentType: 'application/apply-patch+yaml',
      });
    },
  };
}
