import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata, target } from './metadata.ts';

const controller = { manager: 'kube-controller-manager' };

export function createEndpointSlice(stage: Stage, namespace: string, service: string): Entity {
  const body: Named = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata(stage, {
      name: `${service}-${stage.random.suffix()}`,
      namespace,
      generation: 1,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': service,
      },
      controller: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: service, namespace, uid: stage.random.uid() },
      },
    }),
    addressType: 'IPv4',
    endpoints: [],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
  return stage.create(body, controller);
}

export const reportAddresses = (stage: Stage, slice: Entity, pods: readonly Named[]): Entity =>
  stage.update(slice, controller, {
    endpoints: pods.map((pod, i) => ({
      addresses: [`10.42.7.${i + 10}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `worker-${i}`,
      targetRef: target(pod),
    })),
  });
