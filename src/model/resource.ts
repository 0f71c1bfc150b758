/** What an etcd key stands for. `group` is "" for core; `resource` is the plural as in the API (`ingresses`, though etcd says `ingress`). */
export interface ResourceKey {
  readonly group: string;
  readonly resource: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
}

/** A reference by kind, as ownerReferences and an Event's involvedObject carry it. */
export interface ObjectRef {
  /** "" for core. */
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** As kubectl writes it: `deployments.apps`, `pods`. */
export function resourceName({
  group = '',
  resource,
}: {
  readonly group?: string | undefined;
  readonly resource: string;
}): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** One string per object whatever its uid: `apps/Deployment/team-a/web`, `/Node//worker-1`. */
export function refId(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

/** One string per object, whatever its uid: `deployments.apps/team-a/web`, `nodes.//worker-1`. */
export function resourceId({ group, resource, namespace = '', name }: ResourceKey): string {
  return `${resource}.${group}/${namespace}/${name}`;
}
