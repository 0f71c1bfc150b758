import type { ObjectRef, ResourceKey } from '../model/resource.ts';
import { builtins, type Builtin } from './builtins.ts';

const byKind = new Map<string, Builtin>();
const byResource = new Map<string, Builtin>();
for (const builtin of builtins) {
  const kind = `${builtin.group}/${builtin.kind}`;
  if (!byKind.has(kind)) byKind.set(kind, builtin);
  byResource.set(`${builtin.group}/${builtin.resource}`, builtin);
}

/** The built-in of a kind, or undefined for custom and unknown ones. */
export function builtinOfKind(group: string, kind: string): Builtin | undefined {
  return byKind.get(`${group}/${kind}`);
}

/** The built-in whose kind is written in small letters, with dashes or without: pod, persistent-volume-claim. */
export function builtinNamed(name: string): Builtin | undefined {
  const plain = name.replaceAll('-', '').toLowerCase();
  return builtins.find(({ kind }) => kind.toLowerCase() === plain);
}

/** The kind of a built-in resource; undefined for custom resources, whose keys do not say it. */
export function kindOf(group: string, resource: string): string | undefined {
  return byResource.get(`${group}/${resource}`)?.kind;
}

/** Where an API server with the usual --etcd-prefix stores a resource: `/registry/services/specs`. */
export function pathOf(group: string, resource: string): string {
  return `/registry/${byResource.get(`${group}/${resource}`)?.path ?? (group === '' ? resource : `${group}/${resource}`)}`;
}

/** The resource of a reference; `guessed` where the kind is custom and the plural follows English, not the CRD. */
export function resourceOf(ref: ObjectRef): ResourceKey & { readonly guessed: boolean } {
  const builtin = builtinOfKind(ref.group, ref.kind);
  const resource = builtin?.resource ?? pluralGuess(ref.kind);
  const namespace = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  return { group: ref.group, resource, ...namespace, name: ref.name, guessed: builtin === undefined };
}

/** As kubebuilder and apimachinery's UnsafeGuessKindToResource do: policies, ingresses, widgets. */
function pluralGuess(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
