import { referenceOf } from '../objects/identify/references.ts';
import { parseKey } from '../objects/keys.ts';
import { resourceOf } from '../objects/kinds.ts';

const slash = 0x2f;
const text = new TextEncoder();

/**
 * From a reference's bytes without its name, `group/kind/namespace`, to those of the key under which such objects are
 * stored, without their names: `/registry/pods/namespace`. undefined where the kind has no prefix here.
 */
export function directoryOfReference(prefixes: readonly string[]): (reference: Uint8Array) => Uint8Array | undefined {
  const prefixOf = new Map(prefixes.toSorted().map((prefix) => [resourceOfPrefix(prefix), prefix]));
  return (reference) => {
    const { group, resource } = resourceOf(referenceOf(reference));
    const prefix = prefixOf.get(`${group}/${resource}`);
    if (prefix === undefined) return undefined;
    const namespace = reference.subarray(reference.indexOf(slash, reference.indexOf(slash) + 1));
    // Of what is in no namespace the key has no place for one.
    const below = namespace.length > 1 && namespace[1] === slash ? namespace.subarray(1) : namespace;
    return Uint8Array.from([...text.encode(prefix), ...(below.length > 1 ? below : [])]);
  };
}

function resourceOfPrefix(prefix: string): string {
  const parsed = parseKey(`${prefix}/namespace/name`).resource;
  return `${parsed?.group ?? ''}/${parsed?.resource ?? ''}`;
}
