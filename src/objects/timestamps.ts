import type { Json } from '../model/json.ts';

/**
 * Where in an object a leaf lies: `status` and `annotations` hold times under any name, elsewhere (`named`) the name must
 * say so, and in `fixed` parts (a pod template, metadata's own times) a moved time is a change like any other.
 */
export type Zone = 'named' | 'status' | 'annotations' | 'fixed';

/** The zone of what lies under `name`. @param depth of `name` in the object: 0 for `metadata`, `spec`, `status`. */
export function zoneUnder(zone: Zone, name: string, depth: number): Zone {
  if (depth === 0) return name === 'status' ? 'status' : name === 'metadata' ? 'fixed' : 'named';
  if (depth === 1 && zone === 'fixed') return name === 'annotations' ? 'annotations' : 'fixed';
  return name === 'template' && zone === 'named' ? 'fixed' : zone;
}

/**
 * True for what may move without the object saying anything new: a time, or how far a controller has read
 * (`observedGeneration`). Policy reports keep theirs as `timestamp: {seconds, nanos}`, outside any status.
 * @param name of the field, or of the list the value is an item of
 * @param parent name of the field that holds the object with `name` in it
 */
export function isTimestamp(zone: Zone, name: string, parent: string, value: Json): boolean {
  if (typeof value === 'number') {
    if (name === 'observedGeneration') return true;
    if (zone === 'fixed') return false;
    if (name === 'seconds' || name === 'nanos') return saysTime(parent);
    return value >= 1e9 && isEpoch(value) && saysTime(name);
  }
  if (typeof value !== 'string' || zone === 'fixed') return false;
  if (isDateText(value)) return zone !== 'named' || saysTime(name);
  return isEpochText(value) && saysTime(name);
}

/** Whether `isTimestamp` could be true of a value under any name: most values are no moments, whatever they are called. */
export function mayBeTimestamp(value: Json): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && (isDateText(value) || isEpochText(value));
}

function saysTime(name: string): boolean {
  return /(time|timestamp|date|heartbeat|seen|updated|[a-z]At|_at|-at)$/i.test(name);
}

function isEpochText(value: string): boolean {
  return /^1\d{9}(\d{3})?$/.test(value);
}

/** Seconds, milliseconds, microseconds or nanoseconds of a moment between 2001 and 2106. */
function isEpoch(value: number): boolean {
  for (const unit of [1, 1e3, 1e6, 1e9]) if (value >= 1e9 * unit && value < 4.3e9 * unit) return true;
  return false;
}

/** `2026-01-02T03:04:05...` and Go's `2026-01-02 03:04:05 +0000 UTC`. */
function isDateText(value: string): boolean {
  if (value.length < 19 || value.length > 60 || value.charCodeAt(4) !== 0x2d || value.charCodeAt(13) !== 0x3a)
    return false;
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?( ?(Z|UTC|[+-]\d\d:?\d\d))*( m=[+-][\d.]+)?$/.test(value);
}
