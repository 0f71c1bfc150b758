import type { DecodedObject } from './object.ts';
import type { KeyId, Millis, Revision } from './write.ts';
import type { Writer } from './writer.ts';

/** One change of one chosen key with its value decoded. Fed to history in revision order per key. */
export interface Observation {
  readonly key: KeyId;
  readonly revision: Revision;
  /** When, where the revision clock or the source knows. */
  readonly at?: Millis;
  /** The authenticated user where a Request was joined; else left to managedFields. */
  readonly writer?: Writer;
  /** The field manager that Request gave; managedFields tell of no removal. */
  readonly manager?: string;
  /** undefined for a deletion. */
  readonly object: DecodedObject | undefined;
  /** True where revisions of this key between the previous observation and this one were not read. */
  readonly gapBefore?: boolean;
}
