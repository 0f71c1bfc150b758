import type { JsonObject } from '../model/json.ts';
import type { Digest } from '../model/object.ts';
import { digestOf } from './digests.ts';
import { put, type MutableObject } from './put.ts';

/**
 * Of an object's metadata without its resourceVersion: equal for what an update asked for, as admission sees it, and for
 * the revision it made, as a metadata-only watch sees it. managedFields are in it: they name who asked.
 */
export function metadataDigest(metadata: JsonObject): Digest {
  const rest: MutableObject = {};
  for (const name in metadata) if (name !== 'resourceVersion') put(rest, name, metadata[name]!);
  return digestOf(rest);
}
