import { builtinRows } from './schema.ts';

export interface Builtin {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Where its keys lie under the root: `minions`, `services/specs`. */
  readonly path: string;
}

/** Paths that are not the plural (kubernetes pkg/kubeapiserver, SpecialDefaultResourcePrefixes). */
const specialPaths: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  '/rangeallocations': 'ranges',
  'networking.k8s.io/ingresses': 'ingress',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices': 'apiregistration.k8s.io/apiservices',
};

/** Not in the released types: keys the API server keeps for itself, and kinds of older Kubernetes. */
const others: readonly Builtin[] = [
  { group: '', resource: 'masterleases', kind: 'Endpoints', namespaced: false, path: 'masterleases' },
  { group: '', resource: 'peerserverleases', kind: 'Endpoints', namespaced: false, path: 'peerserverleases' },
  {
    group: 'policy',
    resource: 'podsecuritypolicies',
    kind: 'PodSecurityPolicy',
    namespaced: false,
    path: 'podsecuritypolicy',
  },
  { group: 'settings.k8s.io', resource: 'podpresets', kind: 'PodPreset', namespaced: true, path: 'podpresets' },
];

/** Groups whose resources were moved elsewhere but share the same keys: the other group is the one to name. */
const formerGroups = new Set(['extensions', 'events.k8s.io']);

export const builtins: readonly Builtin[] = [...builtinRows.map(parseRow), ...others];

const byPath = new Map<string, Builtin>();
for (const builtin of builtins) if (!formerGroups.has(builtin.group)) byPath.set(builtin.path, builtin);

/** The built-in whose keys lie at a path under the root, or undefined. */
export function builtinAt(path: string): Builtin | undefined {
  return byPath.get(path);
}

function parseRow(row: string): Builtin {
  const [resource = '', kind = '', scope, group = ''] = row.split(' ');
  const path = specialPaths[`${group}/${resource}`] ?? resource;
  return { group, resource, kind, namespaced: scope === 'namespaced', path };
}
