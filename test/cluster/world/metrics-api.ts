import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueAuthority, issueLeaf } from '../../../src/server/tls/issue.ts';
import { until } from '../../etcd/harness/until.ts';
import type { ControlPlane } from '../harness/start-control-plane.ts';

const version = 'external.metrics.k8s.io/v1beta1';

export type MetricsApi = {
  /** What metrics of this name say from now on. */
  set(metric: string, value: number): void;
  close(): Promise<void>;
};

/** External metrics for the real HPA controller: an aggregated API behind a Service that is but a name. */
export async function serveMetrics(plane: ControlPlane): Promise<MetricsApi> {
  const values = new Map<string, number>();
  const authority = await issueAuthority('metrics', new Date());
  const { certificate, key } = await issueLeaf(authority, ['localhost'], new Date());
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://localhost');
    const metric = pathname.split('/').at(-1) ?? '';
    const value = values.get(metric);
    response.writeHead(200, { 'content-type': 'application/json' });
    if (pathname === `/apis/${version}`) return response.end(JSON.stringify(resources(values)));
    response.end(
      JSON.stringify({
        ...{ kind: 'ExternalMetricValueList', apiVersion: version, metadata: {} },
        items:
          value === undefined
            ? []
            : [{ metricName: metric, metricLabels: {}, timestamp: new Date().toISOString(), value: String(value) }],
      }),
    );
  });
  await once(server.listen(0, 'localhost'), 'listening');
  const { port } = server.address() as AddressInfo;
  await plane.request('POST', '/api/v1/namespaces/kube-system/services', {
    metadata: { name: 'metrics' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  const services = '/apis/apiregistration.k8s.io/v1/apiservices';
  const name = 'v1beta1.external.metrics.k8s.io';
  await plane.request('POST', services, {
    metadata: { name },
    spec: {
      ...{ group: 'external.metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ insecureSkipTLSVerify: true, service: { namespace: 'kube-system', name: 'metrics', port } },
    },
  });
  await until('the metrics API to be available', async () => {
    const { status } = await plane.adminFetch(`/apis/${version}/namespaces/default/anything`);
    return status === 200;
  });
  return {
    set: (metric, value) => void values.set(metric, value),
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

const resources = (values: ReadonlyMap<string, number>) => ({
  ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: version },
  resources: [...values.keys()].map((name) => ({
    ...{ name, singularName: '', namespaced: true, kind: 'ExternalMetricValueList', verbs: ['get'] },
  })),
});
