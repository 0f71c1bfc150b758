import type { Digest, FieldChange } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import { digestOf } from '../objects/digests.ts';

/** Values a field is remembered by, as in history/. */
const remembered = 8;

/** Returns remembered, which bounds what can be asked for in `returnsSince`. */
const returnsKept = 16;

/** Follows one field of one object through the requests for it: values that come back, and whether another user brought them. */
export interface Flips {
  readonly path: string;
  recent: readonly Digest[];
  /** Who set the latest value; undefined where the webhook did not see it. */
  latest: string | undefined;
  /** When it went back to a value among the last 8; oldest first. */
  returns: readonly Millis[];
  /** Those of them that undid another user's change. */
  alternations: readonly Millis[];
}

export function newFlips(path: string): Flips {
  return { path, recent: [], latest: undefined, returns: [], alternations: [] };
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
  if (flips.recent.includes(value)) {
    flips.returns = [...flips.returns, at].slice(-returnsKept);
    if (flips.latest !== undefined && flips.latest !== user)
      flips.alternations = [...flips.alternations, at].slice(-returnsKept);
  }
  flips.latest = user;
  flips.recent = [...flips.recent, value].slice(-remembered);
}

/** No digest is negative. */
const absent: Digest = -1;
