import type { ObjectRef } from '../../model/resource.ts';

const slots = 1 << 14;
/** An ownerReference takes about 110 bytes, an involvedObject 150. */
const slotBytes = 224;

/** References by the bytes they were read from: the same owner recurs on thousands of values. */
export interface KnownRefs {
  /** `make` is asked where these bytes, in this namespace, are not the last ones met with their hash. */
  of(
    bytes: Uint8Array,
    start: number,
    end: number,
    namespace: string,
    make: (bytes: Uint8Array, start: number, end: number, namespace: string) => ObjectRef | undefined,
  ): ObjectRef | undefined;
}

export function createKnownRefs(): KnownRefs {
  const arena = new Uint8Array(slots * slotBytes);
  const sizes = new Uint8Array(slots);
  const namespaces: string[] = Array.from({ length: slots }, () => '');
  const refs: (ObjectRef | undefined)[] = Array.from({ length: slots });
  return {
    of(bytes, start, end, namespace, make) {
      const size = end - start;
      if (size === 0 || size > slotBytes) return make(bytes, start, end, namespace);
      let hash = size;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      const slot = (hash ^ (hash >>> 14)) & (slots - 1);
      const at = slot * slotBytes;
      if (sizes[slot] === size && namespaces[slot] === namespace) {
        let i = 0;
        while (i < size && arena[at + i] === bytes[start + i]) i++;
        if (i === size) return refs[slot];
      }
      const ref = make(bytes, start, end, namespace);
      for (let i = 0; i < size; i++) arena[at + i] = bytes[start + i]!;
      sizes[slot] = size;
      namespaces[slot] = namespace;
      refs[slot] = ref;
      return ref;
    },
  };
}
