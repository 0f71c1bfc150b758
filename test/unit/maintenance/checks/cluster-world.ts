import type {
  ClusterSeen,
  SeenAnalyzer,
  SeenBackend,
  SeenEtcd,
} from '../../../../src/maintenance/checks/cluster/seen.ts';
import { kubeadm } from '../../../../src/maintenance/targets/kubeadm.ts';
import { day, minute, now } from './world.ts';

/** A webhook behind its Service with nothing wrong. */
export function backend(change: Partial<SeenBackend> = {}): SeenBackend {
  return {
    name: 'Service kubechurn/kubechurn-webhook',
    namespace: 'kubechurn',
    endpoints: { known: { ready: 2, unready: 0 } },
    hasBundle: true,
    served: served({}),
    ...change,
  };
}

export function served(change: {
  readonly distrust?: string;
  readonly validTo?: number;
  readonly status?: number;
  readonly said?: string;
}): SeenBackend['served'] {
  return { known: { distrust: undefined, validTo: now + 5 * day, status: 200, said: 'ok', ...change } };
}

export function analyzer(change: Partial<SeenAnalyzer> = {}): ClusterSeen['analyzer'] {
  return {
    known: {
      name: 'kubechurn/kubechurn-analyzer-abc',
      since: now - 90 * minute,
      synced: true,
      isEtcd: true,
      coverage: { counted: 5_000, growth: 5_010 },
      resources: ['pods', 'configmaps'].map((resource) => ({ group: '', resource, state: 'watching', why: '' })),
      notSeen: ['secrets are not watched'],
      requests: { received: 400, dropped: 0 },
      ...change,
    },
  };
}

export function etcdWith(flags: Readonly<Record<string, string>>, change: Partial<SeenEtcd> = {}): SeenEtcd {
  return { name: 'kube-system/etcd-a', flags: new Map(Object.entries(flags)), target: kubeadm, ...change };
}

export const goodFlags = { 'quota-backend-bytes': '8589934592', 'auto-compaction-retention': '30m' };

/** A cluster with kubechurn in it and nothing wrong, but for what is said. */
export function clusterSeen(change: Partial<ClusterSeen> = {}): ClusterSeen {
  const deployment = (component: string, wanted: number) => ({
    ...{ component, namespace: 'kubechurn', name: `kubechurn-${component}`, wanted, ready: wanted },
  });
  return {
    now,
    version: 'v1.36.3',
    deployments: { known: [deployment('webhook', 2), deployment('analyzer', 1)] },
    hooks: {
      known: ['namespaced', 'cluster'].map((name) => ({
        ...{ configuration: 'kubechurn', name: `${name}.kubechurn.dev`, failurePolicy: 'Ignore', timeoutSeconds: 1 },
      })),
    },
    backends: [backend()],
    probe: { known: { namespace: 'default', warned: true, failedOpen: 0 } },
    analyzer: analyzer(),
    lease: {
      known: { name: 'kubechurn/kubechurn-analyzer', holder: 'pod-a', renewedAt: now - 20_000, seconds: 90 },
    },
    rights: { known: [{ verb: 'list', group: '', resource: 'pods', purpose: 'top', allowed: true }] },
    etcds: { known: [etcdWith(goodFlags)] },
    vclusters: [],
    apiServers: { known: [{ name: 'kube-system/kube-apiserver-a', flags: new Map() }] },
    ...change,
  };
}
