import type { Digest, FieldChange } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import { digestOf } from '../objects/digests.ts';

/** Values a field is remembered by, as in history/. */
const remembered = 8;

const returnsKept = 16;

/** A field went back to a value among its last 8. */
export interface Return {
  readonly at: Millis;
  readonly by: string;
  /** Whose change it undid; undefined where the webhook did not see who made it. */
  readonly undid: string | undefined;
}

/** Follows one field of one object through the requests for it: values that come back, who brought them, and against whom. */
export interface Flips {
  readonly path: string;
  recent: readonly Digest[];
  /** Who set the latest value; undefined where the webhook did not see it. */
  latest: string | undefined;
  /** Oldest first. */
  returns: readonly Return[];
}

export function newFlips(path: string): Flips {
  return { path, recent: [], latest: undefined, returns: [] };
}

/** Only digests stay behind. */
export function follow(flips: Flips, { before, after }: FieldChange, user: string, at: Millis): void {
  const was = before === undefined ? absent : digestOf(before);
  if (flips.recent.at(-1) !== was) {
    // Another replica of the webhook saw what happened in between, or this is the first change.
    flips.recent = [...flips.recent, was].slice(-remembered);
    flips.latest = undefined;
  }
  const value = after === undefined ? absent : digestOf(after);
  if (flips.recent.includes(value))
    flips.returns = [...flips.returns, { at, by: user, undid: flips.latest }].slice(-returnsKept);
  flips.latest = user;
  flips.recent = [...flips.recent, value].slice(-remembered);
}

/** No digest is negative. */
const absent: Digest = -1;
