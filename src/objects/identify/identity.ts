import type { Encoding } from '../../model/object.ts';
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
  /** 1 + the number of a reference, the same for the same object whatever its uid; 0 where it stands for itself. */
  readonly about: number;
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
  about: number;
  manager: string | undefined;
  subresource: string | undefined;
  event: Reported | undefined;
  at: Millis | undefined;
}

export function clear(draft: Draft, encoding: Encoding): void {
  draft.encoding = encoding;
  draft.about = 0;
  draft.manager = undefined;
  draft.subresource = undefined;
  draft.event = undefined;
  draft.at = undefined;
}

/** Of several entries in one second the last: the API server sorts them by time. An entry without a time only counts alone. */
export function keepNewest(
  draft: Draft,
  newest: Millis,
  time: Millis | undefined,
  manager: string,
  subresource: string,
): Millis {
  const at = time ?? (newest === -Infinity ? 0 : -Infinity);
  if (at < newest) return newest;
  draft.manager = manager || undefined;
  draft.subresource = subresource || undefined;
  if (time !== undefined) later(draft, time);
  return at;
}

export function later(draft: Draft, at: Millis | undefined): void {
  if (at !== undefined && at > (draft.at ?? -Infinity)) draft.at = at;
}
