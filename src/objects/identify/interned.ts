import { refId, type ObjectRef } from '../../model/resource.ts';
import { text } from '../wire.ts';
import type { Reported } from './identity.ts';

/** References beyond that many are not followed: each costs some 300 bytes, and the top is known long before. */
const maxRefs = 500_000;

export interface Interned {
  /** The text of bytes[start .. end]. */
  text(bytes: Uint8Array, start: number, end: number): string;
  /** The one object that stands for a reference; undefined for a new one when there are too many. */
  ref(ref: ObjectRef | undefined): ObjectRef | undefined;
  reported(reporter: string, reason: string, kind: string): Reported;
}

export function createInterned(): Interned {
  const refs = new Map<string, ObjectRef>();
  const reports = new Map<string, Reported>();
  const texts = createTextCache();
  return {
    text: texts,
    ref(ref) {
      if (ref === undefined) return undefined;
      const id = refId(ref);
      const known = refs.get(id);
      if (known !== undefined || refs.size >= maxRefs) return known;
      refs.set(id, ref);
      return ref;
    },
    reported(reporter, reason, kind) {
      const id = `${reporter}\n${reason}\n${kind}`;
      let known = reports.get(id);
      if (known === undefined) {
        known = { reporter, reason, kind };
        // Reporters and reasons are few; only garbage would fill this, and then each is its own object.
        if (reports.size < maxRefs) reports.set(id, known);
      }
      return known;
    },
  };
}

const slots = 1 << 12;

/** Remembers the last text of each hash: managers, kinds and namespaces recur, and making a string costs more than comparing one. */
function createTextCache(): Interned['text'] {
  const cached: string[] = Array.from({ length: slots }, () => '');
  return (bytes, start, end) => {
    const size = end - start;
    if (size > 64) return text(bytes, start, end);
    let hash = size;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const candidate = cached[slot]!;
    if (equals(candidate, bytes, start, size)) return candidate;
    return (cached[slot] = text(bytes, start, end));
  };
}

/** Never true for text beyond ASCII, whose length in bytes differs from its length in characters. */
function equals(candidate: string, bytes: Uint8Array, start: number, size: number): boolean {
  if (candidate.length !== size) return false;
  for (let i = 0; i < size; i++) {
    const byte = bytes[start + i]!;
    if (byte >= 0x80 || candidate.charCodeAt(i) !== byte) return false;
  }
  return true;
}
