import { encodeObject } from './encode.ts';
import { isBuiltIn, storedJson, type Named } from './registry.ts';

/** The bytes etcd holds for an object: protobuf for built-in kinds, JSON for custom resources. */
export function stored(object: Named): Uint8Array {
  return isBuiltIn(object) ? encodeObject(object) : storedJson(object);
}
