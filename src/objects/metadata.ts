import type { Json, JsonObject } from '../model/json.ts';
import type { ManagedFields } from '../model/object.ts';
import type { Millis, Revision } from '../model/write.ts';
import { asList, asObject, asText, isObject } from './json-text.ts';

/** What `DecodedObject` lifts out of an object's metadata. */
export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt?: Millis;
  readonly managedFields: readonly ManagedFields[];
}

export function readMetadata(body: JsonObject): Metadata {
  const metadata = asObject(body['metadata']);
  const [name, namespace, uid] = [metadata['name'], metadata['namespace'], metadata['uid']].map(asText);
  const { generation } = metadata;
  const createdAt = millisOf(metadata['creationTimestamp']);
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(typeof generation === 'number' ? { generation } : {}),
    labels: texts(metadata['labels']),
    annotations: texts(metadata['annotations']),
    ...(createdAt === undefined ? {} : { createdAt }),
    managedFields: asList(metadata['managedFields']).filter(isObject).map(readManagedFields),
  };
}

function readManagedFields(entry: JsonObject): ManagedFields {
  const fields = entry['fieldsV1'];
  const at = millisOf(entry['time']);
  const subresource = asText(entry['subresource']);
  return {
    manager: asText(entry['manager']) ?? '',
    operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
    ...(at === undefined ? {} : { at }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(isObject(fields) ? { fields } : {}),
  };
}

/** RFC 3339 to milliseconds; undefined for anything else. */
export function millisOf(value: Json | undefined): Millis | undefined {
  if (typeof value !== 'string') return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

/** A resourceVersion is a string of digits; 0 for any other. */
export function revisionOf(value: Json | undefined): Revision {
  const text = asText(value) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** Labels and annotations; what is no string (possible in a damaged value only) is left out. */
function texts(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(asObject(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}
