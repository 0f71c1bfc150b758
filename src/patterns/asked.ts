import type { Causes } from '../causes/roll-up.ts';
import type { Counted } from '../model/analysis.ts';
import type { RequestCount } from '../model/request.ts';
import { resourceId, type ObjectRef, type ResourceKey } from '../model/resource.ts';
import { kindOf } from '../objects/kinds.ts';
import type { AskedObject, ObservedObject } from './observed.ts';

export type RequestsOf = (resource: ResourceKey) => readonly RequestCount[];

/** Requests by object. */
export function requestsByObject({ requests }: Counted): RequestsOf {
  const byObject = new Map<string, RequestCount[]>();
  for (const count of requests?.objects ?? []) {
    const list = byObject.get(resourceId(count.key));
    if (list) list.push(count);
    else byObject.set(resourceId(count.key), [count]);
  }
  return (resource) => byObject.get(resourceId(resource)) ?? [];
}

/** The objects most asked for, read or not. */
export function askedObjects(
  { requests, topKeys }: Counted,
  requestsOf: RequestsOf,
  objects: readonly ObservedObject[],
  causes: Causes,
): AskedObject[] {
  const read = new Map(objects.map((object) => [resourceId(object.resource), object]));
  const written = new Map(
    topKeys.flatMap(({ resource, writes }) => (resource ? [[resourceId(resource), writes]] : [])),
  );
  const names = new Map((requests?.objects ?? []).map(({ key }) => [resourceId(key), key]));
  return [...names].map(([id, resource]) => {
    const object = read.get(id);
    const asked = requestsOf(resource);
    const ref = object?.ref ?? refOf(resource);
    return {
      resource,
      ref,
      owners: object?.owners ?? causes.ancestors(ref).filter(({ kind }) => kind !== 'Node'),
      writes: object?.count.writes ?? written.get(id) ?? asked.reduce((sum, count) => sum + changedBy(count), 0),
      requests: asked,
    };
  });
}

const changedBy = ({ succeeded, unchanged = 0 }: RequestCount): number => Math.max(0, succeeded - unchanged);

function refOf({ group, resource, namespace, name }: ResourceKey): ObjectRef {
  return { group, kind: kindOf(group, resource) ?? resource, ...(namespace !== undefined && { namespace }), name };
}
