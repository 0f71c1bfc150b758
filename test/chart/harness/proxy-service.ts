import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import { until } from '../../etcd/harness/until.ts';

export type ServiceToProxy = {
  readonly world: ControlPlane;
  readonly namespace: string;
  readonly service: string;
  /** Where it is to be reached. */
  readonly host: string;
  readonly port: number;
};

/** What kube-proxy does for a Service of one port: leads to one of its pods, as soon as one is ready. */
export async function proxyService({ world, namespace, service, host, port }: ServiceToProxy): Promise<Server> {
  const label = `labelSelector=kubernetes.io%2Fservice-name%3D${service}`;
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${label}`;
  const target = async (): Promise<{ host: string; port: number } | undefined> => {
    const { items = [] } = await world.request('GET', slices);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- EndpointSlices
    const all = items as unknown as readonly {
      endpoints: readonly { addresses: readonly string[]; conditions: { ready?: boolean } }[] | null;
      ports: readonly { port: number }[];
    }[];
    return all.flatMap(({ endpoints, ports }) =>
      (endpoints ?? [])
        .filter(({ conditions: { ready } }) => ready)
        .map(({ addresses: [address = ''] }) => ({ host: address, port: ports[0]?.port ?? 0 })),
    )[0];
  };
  const lead = async (client: Socket): Promise<void> => {
    client.on('error', () => client.destroy());
    const upstream = connect(await until(`a pod behind ${service}`, target));
    upstream.on('error', () => client.destroy());
    upstream.pipe(client).pipe(upstream);
  };
  const server = createServer((client) => void lead(client).catch(() => client.destroy())).listen(port, host);
  await once(server, 'listening');
  return server;
}
