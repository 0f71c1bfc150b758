/** Verbs that ask for a change; all others read. */
export const changing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Subresources through which something is asked for that leaves no trace in etcd. */
const unstored: ReadonlySet<string> = new Set(['token', 'exec', 'attach', 'portforward', 'proxy', 'log']);

/** Questions put as creations. */
const questions: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/** Whether a changing verb on a resource can end in etcd at all. */
export function isStored(group: string, subresource: string | undefined): boolean {
  return !questions.has(group) && (subresource === undefined || !unstored.has(subresource));
}

/** Groups whose resources were moved elsewhere but are stored under the same keys: as the keys are named. */
export function storedGroup(group: string, resource: string): string {
  if (group === 'events.k8s.io') return '';
  if (group !== 'extensions') return group;
  if (resource === 'ingresses' || resource === 'networkpolicies') return 'networking.k8s.io';
  return resource === 'podsecuritypolicies' ? 'policy' : 'apps';
}
