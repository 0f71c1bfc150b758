import type { DecodedObject } from '../model/object.ts';
import { aboutOf } from './about.ts';
import { asText } from './json-text.ts';
import { parseKey } from './keys.ts';
import { kindOf } from './kinds.ts';
import { readMetadata } from './metadata.ts';
import { redact } from './redact.ts';
import { groupOf } from './references.ts';
import { encodingOf, readStored } from './stored-value.ts';

/**
 * A stored value as the object the API would return. Never throws: a value that is damaged, encrypted or not
 * Kubernetes' gives an empty body and what its key says. What is nested beyond all use is cut off (depth.ts).
 * @param salt for the hashes that stand for Secrets' values; without one they are `redacted` and changes cannot be seen.
 */
export function decodeObject(value: Uint8Array, key: string, salt?: string): DecodedObject {
  const { resource } = parseKey(key);
  const claimed = encodingOf(value);
  const stored = readStored(value, claimed);
  const encoding = stored || claimed === 'encrypted' ? claimed : 'unknown';
  const apiVersion = asText(stored?.['apiVersion']);
  const group = apiVersion === undefined ? (resource?.group ?? '') : groupOf(apiVersion);
  const kind = asText(stored?.['kind']) ?? kindOf(group, resource?.resource ?? '') ?? '';
  // The key decides too: a value with a damaged kind must not show what a Secret holds.
  const isSecret = (group === '' && kind === 'Secret') || (resource?.group === '' && resource.resource === 'secrets');
  const body = redact(stored ?? {}, isSecret, salt);
  const { name = resource?.name ?? key, namespace = resource?.namespace, ...metadata } = readMetadata(body);
  const about = aboutOf(group, kind, body);
  return {
    encoding,
    group,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...metadata,
    ...(about ? { about } : {}),
    body,
  };
}
