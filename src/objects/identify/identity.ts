import type { Encoding } from '../../model/object.ts';
import type { ObjectRef } from '../../model/resource.ts';
import type { Millis } from '../../model/write.ts';

/** What an Event reports, by whom. The same object for the same three strings. */
export interface Reported {
  readonly reporter: string;
  readonly reason: string;
  /** Kind of involvedObject. */
  readonly kind: string;
}

/** What one value says of itself, as far as it can be told without decoding it. */
export interface Identity {
  readonly encoding: Encoding;
  /** The same object for the same reference, whatever its uid. */
  readonly about?: ObjectRef | undefined;
  /** Of the newest managedFields entry; of an Event its reporter. */
  readonly manager?: string | undefined;
  readonly subresource?: string | undefined;
  readonly event?: Reported | undefined;
  /** The newest moment the value states. */
  readonly at?: Millis | undefined;
}

/** The one Identity of an identifier, filled anew for each value. */
export interface Draft {
  encoding: Encoding;
  about: ObjectRef | undefined;
  manager: string | undefined;
  subresource: string | undefined;
  event: Reported | undefined;
  at: Millis | undefined;
}

export function clear(draft: Draft, encoding: Encoding): void {
  draft.encoding = encoding;
  draft.about = undefined;
  draft.manager = undefined;
  draft.subresource = undefined;
  draft.event = undefined;
  draft.at = undefined;
}
