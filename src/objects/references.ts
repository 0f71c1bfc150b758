import type { Json } from '../model/json.ts';
import type { ObjectRef } from '../model/resource.ts';
import { asObject, asText } from './json-text.ts';
import { builtinOfKind } from './kinds.ts';

/** `apps/v1` -> `apps`, `v1` -> "". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** A reference that names its own namespace: involvedObject, regarding, scope. undefined without kind and name. */
export function namedReference(value: Json | undefined): ObjectRef | undefined {
  const { apiVersion, kind, namespace, name, uid } = asObject(value);
  return reference(groupOf(asText(apiVersion) ?? ''), asText(kind), asText(namespace), asText(name), asText(uid));
}

/** @param namespace of the dependent: an owner is in the same one or cluster-scoped, which is known of built-ins only. */
export function ownerReference(value: Json | undefined, namespace: string | undefined): ObjectRef | undefined {
  const { apiVersion, kind, name, uid } = asObject(value);
  return reference(groupOf(asText(apiVersion) ?? ''), asText(kind), namespace, asText(name), asText(uid));
}

/** Leaves a namespace away that a cluster-scoped built-in cannot have. */
export function reference(
  group: string,
  kind: string | undefined,
  namespace: string | undefined,
  name: string | undefined,
  uid: string | undefined,
): ObjectRef | undefined {
  if (!kind || !name) return undefined;
  const scoped = namespace && builtinOfKind(group, kind)?.namespaced !== false;
  return { group, kind, ...(scoped ? { namespace } : {}), name, ...(uid ? { uid } : {}) };
}
