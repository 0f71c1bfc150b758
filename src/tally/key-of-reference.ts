import { referenceOf } from '../objects/identify/references.ts';
import { parseKey } from '../objects/keys.ts';
import { resourceOf } from '../objects/kinds.ts';
import { createKeyTable } from './key-table.ts';

const slash = 0x2f;
const utf8 = new TextEncoder();

/** Writes the key under which an object is stored from its reference's bytes; undefined where its kind has no prefix here. */
export type KeyWriter = (reference: Uint8Array) => Uint8Array | undefined;

/** The key it returns is valid until the next call. */
export function createKeyWriter(prefixes: readonly string[]): KeyWriter {
  const prefixOf = new Map(prefixes.toSorted().map((prefix) => [resourceOfPrefix(prefix), prefix]));
  // References begin with group and kind, of which there are few: each is asked once for its prefix.
  const heads = createKeyTable(1);
  const prefixOfHead: (Uint8Array | undefined)[] = [];
  let buffer = new Uint8Array(1024);

  return (reference) => {
    const headEnd = reference.indexOf(slash, reference.indexOf(slash) + 1) + 1;
    const head = heads.intern(reference, 0, headEnd);
    if (head === prefixOfHead.length) {
      const { group, resource } = resourceOf(referenceOf(reference));
      const prefix = prefixOf.get(`${group}/${resource}`);
      prefixOfHead.push(prefix === undefined ? undefined : utf8.encode(prefix));
    }
    const prefix = prefixOfHead[head];
    if (prefix === undefined) return undefined;
    // `namespace/name` is how the key goes on; where there is no namespace, without its slash.
    const restStart = reference[headEnd] === slash ? headEnd + 1 : headEnd;
    const size = prefix.length + 1 + reference.length - restStart;
    if (size > buffer.length) buffer = new Uint8Array(size * 2);
    buffer.set(prefix);
    buffer[prefix.length] = slash;
    for (let i = restStart, at = prefix.length + 1; i < reference.length; i++, at++) buffer[at] = reference[i]!;
    return buffer.subarray(0, size);
  };
}

function resourceOfPrefix(prefix: string): string {
  const parsed = parseKey(`${prefix}/namespace/name`).resource;
  return `${parsed?.group ?? ''}/${parsed?.resource ?? ''}`;
}
