import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../cluster/harness/api-client.ts';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import { until } from '../../etcd/harness/until.ts';
import { helm, helmBeside, type Said } from './helm.ts';
import type { Node } from './node.ts';
import type { PodNetwork } from './pod-network.ts';
import { podOf, type PodSpec } from './pods.ts';
import { runPod, type Pod } from './run-pod.ts';

export type Release = {
  /** Helm, in the cluster and namespace of the release. */
  helm(...args: readonly string[]): Said;
  /** The same while other things go on; throws what it complains of. */
  helmBeside(...args: readonly string[]): Promise<void>;
  /** As the API server has it. */
  deployment(name: string): Promise<KubeObject>;
  /** A pod of a Deployment as it is now, once it is ready. */
  start(deployment: string, suffix?: string): Promise<Pod>;
  /**
   * Replaces the pods of a Deployment one by one, as its strategy says: the new one is ready before an old one is told to
   * go, at which moment the Service leads to it no longer. Returns those that now run.
   */
  rollOut(deployment: string, pods: readonly Pod[]): Promise<Pod[]>;
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
  const env = { KUBECONFIG: world.kubeconfig, HOME: scene.directory };
  let rolledOut = 0;
  const release: Release = {
    helm: (...args) => helm([...args, '--namespace', namespace], env),
    async helmBeside(...args) {
      const { code, stderr } = await helmBeside([...args, '--namespace', namespace], env);
      if (code !== 0) throw new Error(stderr);
    },
    deployment,
    async rollOut(name, before) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Deployment
      const { replicas, strategy } = (await deployment(name))['spec'] as { replicas: number; strategy: object };
      const wanted = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
      if (!isDeepStrictEqual(strategy, wanted)) throw new Error(`cannot roll out by ${JSON.stringify(strategy)}`);
      const running = [...before];
      for (let i = 0; i < replicas; i++) {
        running.push(await release.start(name, `-${(rolledOut += 1)}`));
        await release.lead(name, running);
        // Its end is not waited for: a pod that is ending counts for nothing any more.
        void running.shift()?.end().catch(() => undefined);
        await release.lead(name, running);
      }
      return running;
    },
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
  return release;
}
