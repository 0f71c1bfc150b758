import type { Culprit, Mutation, Window } from './mutation.ts';
import type { Named } from './registry.ts';
import { metadata } from './objects/metadata.ts';
import { play, type Stage } from './stage.ts';

const hostNamespace = 'vcluster-tenant-a';
const vcluster = 'tenant-a';
const virtual = { name: 'web', namespace: 'shop' };
const hostName = `${virtual.name}-x-${virtual.namespace}-x-${vcluster}`;
const annotation = 'dns.example.com/target';

const syncer = { manager: 'vcluster' };
const agent = { manager: 'dns-agent' };
const controller = { manager: 'nginx-ingress-controller', subresource: 'status' };

export const vclusterSyncLoopCulprits: readonly Culprit[] = [
  {
    pattern: 'vcluster-sync-loop',
    subject: { group: 'networking.k8s.io', resource: 'ingresses', namespace: hostNamespace, name: hostName },
    fields: [`/metadata/annotations/${annotation.replace('/', '~1')}`],
    writers: [syncer.manager, agent.manager],
  },
];

/** Incident C, seen in the host's etcd: an agent on the host sets an annotation of a synced Ingress, the syncer sets it back. */
export function* vclusterSyncLoop(window: Window, { flipsPerSecond = 8 } = {}): Generator<Mutation> {
  yield* play(window, (stage) => {
    let ingress = stage.create(syncedIngress(stage), syncer);
    ingress = stage.update(ingress, controller, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.17' }] } } });
    let [writer, other] = [agent, syncer];
    const flip = () => {
      const value = writer === agent ? 'lb-7.host.example.com' : 'gateway.tenant-a.example.com';
      ingress = stage.update(ingress, writer, { metadata: { annotations: { [annotation]: value } } });
      [writer, other] = [other, writer];
      stage.after((1000 / flipsPerSecond) * stage.random.between(0.6, 1.4), flip);
    };
    stage.after(5_000, flip);
  });
}

function syncedIngress(stage: Stage): Named {
  const service: Named = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: vcluster, namespace: hostNamespace, uid: stage.random.uid() },
  };
  const { apiVersion, kind } = service;
  const object = 'vcluster.loft.sh/object';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...metadata(stage, {
        name: hostName,
        namespace: hostNamespace,
        generation: 1,
        labels: {
          app: virtual.name,
          'vcluster.loft.sh/managed-by': vcluster,
          'vcluster.loft.sh/namespace': virtual.namespace,
        },
        annotations: {
          [annotation]: 'gateway.tenant-a.example.com',
          [`${object}-host-name`]: hostName,
          [`${object}-host-namespace`]: hostNamespace,
          [`${object}-kind`]: 'networking.k8s.io/v1, Kind=Ingress',
          [`${object}-name`]: virtual.name,
          [`${object}-namespace`]: virtual.namespace,
          [`${object}-uid`]: stage.random.uid(),
        },
      }),
      ownerReferences: [{ apiVersion, kind, name: vcluster, uid: service.metadata.uid }],
    },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['web.tenant-a.example.com'], secretName: `web-tls-x-${virtual.namespace}-x-${vcluster}` }],
      rules: [
        {
          host: 'web.tenant-a.example.com',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: hostName, port: { number: 80 } } } }],
          },
        },
      ],
    },
  };
}
