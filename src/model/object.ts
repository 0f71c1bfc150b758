import type { Json, JsonObject } from './json.ts';
import type { ObjectRef } from './resource.ts';
import type { Millis } from './write.ts';

/** How a value was stored; `encrypted` and `unknown` values are counted by key only. */
export type Encoding = 'protobuf' | 'json' | 'cbor' | 'encrypted' | 'unknown';

/** Whether nothing can be read in a value stored like this. */
export function isOpaque(encoding: Encoding): encoding is 'encrypted' | 'unknown' {
  return encoding === 'encrypted' || encoding === 'unknown';
}

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** One-second resolution. */
  readonly at?: Millis;
  readonly subresource?: string;
  /** fieldsV1 as JSON: `{"f:spec":{"f:replicas":{}}}`. */
  readonly fields?: JsonObject;
}

/** 53 bits of a hash over canonical JSON, as a number. */
export type Digest = number;

/** A stored object as the API would return it, with what the analysis needs lifted out. Secrets' values are already redacted. */
export interface DecodedObject {
  readonly encoding: Encoding;
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt?: Millis;
  readonly managedFields: readonly ManagedFields[];
  /** The object whose trouble this one is part of: its controller, an Event's involvedObject, a report's target. */
  readonly about?: ObjectRef;
  /** The whole object as API JSON, redacted; null stands for what is nested deeper than 200 levels. */
  readonly body: JsonObject;
}

/** One leaf or list item that differs between two successive revisions of an object. */
export interface FieldChange {
  /** JSON pointer, list items by key: `/spec/template/spec/containers/name=web/image`. */
  readonly path: string;
  /** undefined where the field is absent. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** True where a list holds the same items in another order; before and after are then the lists. */
  readonly reordered?: true;
  /** True where the value is a moment, which may move without the object saying anything new. */
  readonly timestamp?: true;
}
