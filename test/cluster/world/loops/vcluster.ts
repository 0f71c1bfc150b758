import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../../src/model/json.ts';
import { accountOf, core } from '../objects.ts';
import type { Loop } from '../scenario.ts';

const syncer = accountOf('vcluster-tenant-a', 'vc-tenant-a');
const agent = accountOf('dns', 'dns-agent');
const ingresses = '/apis/networking.k8s.io/v1/namespaces/vcluster-tenant-a/ingresses';
const target = 'dns.example.com/target';

/** What the syncer puts on the copy of an object of a vCluster. */
function copied(name: string, kind: string, vcluster: string, uid: string): JsonObject {
  const object = 'vcluster.loft.sh/object';
  const hostName = `${name}-x-shop-x-${vcluster}`;
  return {
    name: hostName,
    labels: { 'vcluster.loft.sh/managed-by': vcluster, 'vcluster.loft.sh/namespace': 'shop' },
    annotations: {
      [`${object}-host-name`]: hostName,
      [`${object}-host-namespace`]: `vcluster-${vcluster}`,
      [`${object}-kind`]: kind,
      [`${object}-name`]: name,
      [`${object}-namespace`]: 'shop',
      [`${object}-uid`]: uid,
    },
  };
}

export const syncLoop: Loop = {
  name: 'a vCluster syncer against an agent of the host',
  namespace: 'vcluster-tenant-a',
  users: [syncer, agent],
  expected: {
    pattern: 'vcluster-sync-loop',
    subject: {
      ...{ type: 'object', group: 'networking.k8s.io', resource: 'ingresses', namespace: 'vcluster-tenant-a' },
      name: 'web-x-shop-x-tenant-a',
    },
    writers: [
      [syncer, 'vcluster'],
      [agent, 'dns-agent'],
    ],
    fields: ['/metadata/annotations/dns.example.com~1target'],
    remedy: /until then pause its syncing/,
    live: true,
  },
  async prepare({ as }) {
    const service = { name: 'web-x-shop-x-tenant-a', port: { number: 80 } };
    await as(syncer, 'vcluster').create(ingresses, {
      metadata: copied('web', 'networking.k8s.io/v1, Kind=Ingress', 'tenant-a', randomUUID()),
      spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] } }] },
    });
  },
  start({ as, every }) {
    const sides = [as(agent, 'dns-agent'), as(syncer, 'vcluster')] as const;
    every(175, (turn) => {
      const side = (turn % 2) as 0 | 1;
      const value = side === 0 ? 'lb-7.host.example.com' : 'gateway.tenant-a.example.com';
      return sides[side].patch(`${ingresses}/web-x-shop-x-tenant-a`, {
        metadata: { annotations: { [target]: value } },
      });
    });
  },
};

const owner = accountOf('vcluster-tenant-b', 'vc-tenant-b');
const neighbour = accountOf('vcluster-tenant-b', 'vc-tenant-c');

/** Two vClusters in one namespace: each takes the copies of the other for leftovers (vcluster#2358). */
export const recreateLoop: Loop = {
  name: 'two vClusters in one host namespace',
  namespace: 'vcluster-tenant-b',
  users: [owner, neighbour],
  expected: {
    pattern: 'vcluster-recreate-loop',
    subject: {
      ...{ type: 'object', group: '', resource: 'services', namespace: 'vcluster-tenant-b' },
      name: 'web-x-shop-x-tenant-b',
    },
    writers: [[owner, 'vcluster']],
    fields: [],
    remedy: /keep one vCluster per host namespace/,
    live: true,
  },
  start({ as, every }) {
    const [maker, remover] = [as(owner, 'vcluster'), as(neighbour, 'vcluster')];
    const uid = randomUUID();
    const services = `${core('vcluster-tenant-b')}/services`;
    every(175, (turn) =>
      turn % 2 === 0
        ? maker.create(services, {
            metadata: copied('web', '/v1, Kind=Service', 'tenant-b', uid),
            spec: { clusterIP: 'None', ports: [{ port: 80 }] },
          })
        : remover.remove(`${services}/web-x-shop-x-tenant-b`),
    );
  },
};
