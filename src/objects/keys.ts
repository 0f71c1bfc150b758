import type { ResourceKey } from '../model/resource.ts';
import { builtinAt, type Builtin } from './builtins.ts';
import { openshiftAt } from './openshift.ts';

/** `prefix` has no trailing slash: `/registry/events`, `/registry/apps.example.com/widgets`. */
export interface ParsedKey {
  readonly prefix: string;
  /** undefined where the key is not one of Kubernetes'. */
  readonly resource?: ResourceKey;
}

/**
 * What an etcd key stands for, from its text alone. How many segments the prefix has follows from the first two, so that
 * prefixes can be counted without parsing every key.
 */
export function parseKey(key: string): ParsedKey {
  // The API server's note of its last compaction is the one key it writes outside its prefix.
  if (key === 'compact_rev_key' || key.startsWith('compact_rev_key/'))
    return { prefix: 'compact_rev_key', resource: { group: '', resource: 'compact_rev_key', name: 'compact_rev_key' } };
  const segments = key.split('/');
  const [before, root, first, second] = segments;
  if (before !== '' || root === undefined || first === undefined) return { prefix: headOf(segments) };
  if (root === 'vcluster' && first === 'mappings') return vclusterMapping(segments);
  if (root === 'openshift.io') return openshift(segments) ?? { prefix: headOf(segments) };

  const builtin = builtinAt(first) ?? builtinAt(`${first}/${second ?? ''}`);
  // Another root is believed to be an API server's --etcd-prefix by what lies under it.
  if (builtin && (segments.length > 3 || isKubernetes(root))) return builtinKey(segments, builtin);
  if (first.includes('.')) return groupedKey(segments, first, second);
  if (!isKubernetes(root)) return { prefix: headOf(segments) };
  const prefix = headOf(segments);
  if (second === undefined) return { prefix };
  return { prefix, resource: named('', first, segments, 3, undefined) };
}

function isKubernetes(root: string): boolean {
  return root === 'registry' || root === 'kubernetes.io';
}

/** `/registry/pods`: the first two segments. */
function headOf(segments: readonly string[]): string {
  return segments.slice(0, 3).join('/');
}

function builtinKey(segments: readonly string[], builtin: Builtin): ParsedKey {
  const depth = builtin.path.includes('/') ? 4 : 3;
  const prefix = segments.slice(0, depth).join('/');
  if (segments.length <= depth) return { prefix };
  return { prefix, resource: named(builtin.group, builtin.resource, segments, depth, builtin.namespaced) };
}

/** `/registry/<group>/<plural>/[<namespace>/]<name>`: custom resources, and the API server's own two grouped kinds. */
function groupedKey(segments: readonly string[], group: string, plural: string | undefined): ParsedKey {
  const prefix = segments.slice(0, 4).join('/');
  if (plural === undefined || segments.length < 5) return { prefix };
  return { prefix, resource: named(group, plural, segments, 4, undefined) };
}

/** @param namespaced undefined: told by the number of segments. */
function named(
  group: string,
  resource: string,
  segments: readonly string[],
  from: number,
  namespaced: boolean | undefined,
): ResourceKey {
  const rest = segments.length - from;
  if (rest > 1 && namespaced !== false)
    return { group, resource, namespace: segments[from]!, name: segments.slice(from + 1).join('/') };
  return { group, resource, name: segments.slice(from).join('/') };
}

/** `/vcluster/mappings/<group/version>/<kind>/[<namespace>/]<name>`: which host object a virtual one was synced to. */
function vclusterMapping(segments: readonly string[]): ParsedKey {
  const prefix = headOf(segments);
  const rest = segments.slice(/^v\d/.test(segments[3] ?? '') ? 4 : 5);
  const [kind, namespace, ...name] = rest;
  if (kind === undefined || namespace === undefined) return { prefix };
  const resource = { group: 'vcluster.loft.sh', resource: 'mappings' };
  if (name.length === 0) return { prefix, resource: { ...resource, name: `${kind}/${namespace}` } };
  return { prefix, resource: { ...resource, namespace, name: `${kind}/${name.join('/')}` } };
}

function openshift(segments: readonly string[]): ParsedKey | undefined {
  const found = openshiftAt(segments[2]!) ?? openshiftAt(`${segments[2]}/${segments[3] ?? ''}`);
  return found && builtinKey(segments, found);
}
