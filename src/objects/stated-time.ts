import type { JsonObject } from '../model/json.ts';
import type { DecodedObject } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import { asObject, asText } from './json-text.ts';

/** The newest moment that a stored object states for its own writing; undefined where it states none. */
export function statedTime(object: DecodedObject): Millis | undefined {
  const stated = [object.createdAt, ...object.managedFields.map(({ at }) => at), ...ofKind(object)];
  const known = stated.filter((at): at is Millis => at !== undefined && !Number.isNaN(at));
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Leases and Events are rewritten without a new time in managedFields. */
function ofKind({ kind, body }: DecodedObject): (Millis | undefined)[] {
  if (kind === 'Lease') return [moment(asObject(body['spec']), 'renewTime')];
  if (kind === 'Event')
    return [
      moment(body, 'eventTime'),
      moment(body, 'lastTimestamp'),
      moment(asObject(body['series']), 'lastObservedTime'),
    ];
  return [];
}

function moment(object: JsonObject, field: string): Millis | undefined {
  const text = asText(object[field]);
  return text === undefined ? undefined : Date.parse(text);
}
