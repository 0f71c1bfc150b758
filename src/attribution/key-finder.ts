import type { ResourceKey } from '../model/resource.ts';
import type { KeyId } from '../model/write.ts';

export type KeyFinder = (key: ResourceKey) => KeyId | undefined;

export interface PrefixName {
  /** Without a trailing slash: `/registry/services/specs`. */
  readonly prefix: string;
  readonly group: string;
  readonly resource: string;
}

/** Which prefix holds the objects of a resource; where there are several, the first. */
export type PrefixOf = (key: Pick<ResourceKey, 'group' | 'resource'>) => string | undefined;

export function prefixFinder(prefixes: readonly PrefixName[]): PrefixOf {
  const names = new Map<string, Map<string, string>>();
  for (const { prefix, group, resource } of prefixes) {
    const ofGroup = names.get(group) ?? new Map<string, string>();
    names.set(group, ofGroup);
    if (!ofGroup.has(resource)) ofGroup.set(resource, prefix);
  }
  return ({ group, resource }) => names.get(group)?.get(resource);
}

/**
 * Finds the key that an API server stores an object under, by the prefixes that are there: no table of paths is needed,
 * and any --etcd-prefix will do.
 */
export function keyFinder(prefixOf: PrefixOf, find: (key: Uint8Array) => KeyId | undefined): KeyFinder {
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(4096);
  return (key) => {
    const prefix = prefixOf(key);
    if (prefix === undefined) return undefined;
    const path = key.namespace === undefined ? `${prefix}/${key.name}` : `${prefix}/${key.namespace}/${key.name}`;
    const { written, read } = encoder.encodeInto(path, bytes);
    return read === path.length ? find(bytes.subarray(0, written)) : undefined;
  };
}
