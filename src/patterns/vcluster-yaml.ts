import type { Subject } from '../model/finding.ts';

/** Resources with a switch of their own under `sync.toHost`; all others are `customResources` by `plural.group`. */
const toHost: Readonly<Record<string, string>> = {
  '/pods': 'pods',
  '/secrets': 'secrets',
  '/configmaps': 'configMaps',
  '/services': 'services',
  '/endpoints': 'endpoints',
  '/persistentvolumeclaims': 'persistentVolumeClaims',
  '/persistentvolumes': 'persistentVolumes',
  '/serviceaccounts': 'serviceAccounts',
  '/namespaces': 'namespaces',
  'discovery.k8s.io/endpointslices': 'endpointSlices',
  'networking.k8s.io/ingresses': 'ingresses',
  'networking.k8s.io/networkpolicies': 'networkPolicies',
  'storage.k8s.io/storageclasses': 'storageClasses',
  'policy/poddisruptionbudgets': 'podDisruptionBudgets',
  'scheduling.k8s.io/priorityclasses': 'priorityClasses',
  'snapshot.storage.k8s.io/volumesnapshots': 'volumeSnapshots',
};

/** The vcluster.yaml fragment that pauses syncing of an object's kind. */
export function pauseSync({ group = '', resource = '' }: Subject): string {
  const name = toHost[`${group}/${resource}`];
  const lines = name
    ? [`    ${name}:`, '      enabled: false']
    : ['    customResources:', `      ${resource}.${group}:`, '        enabled: false'];
  return ['sync:', '  toHost:', ...lines].join('\n');
}
