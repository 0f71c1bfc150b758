import type { ClockAnchor } from '../../model/analysis.ts';
import type { Millis, Revision } from '../../model/write.ts';

/** The newest revision at each half second of the window: when a revision was made, and which have settled. */
export interface Moments {
  note(revision: Revision, at: Millis): void;
  forgetBefore(at: Millis): void;
  /** The newest that was there at a moment; undefined before the first. */
  newestAt(at: Millis): Revision | undefined;
  /** When a revision was there at last; undefined where it is newer than all. */
  timeOf(revision: Revision): Millis | undefined;
  readonly all: readonly ClockAnchor[];
}

const apart: Millis = 500;

export function createMoments(): Moments {
  let moments: ClockAnchor[] = [];
  return {
    note(revision, at) {
      if (at - (moments.at(-1)?.at ?? 0) >= apart) moments.push({ revision, at });
    },
    forgetBefore(at) {
      moments = moments.filter((moment) => moment.at >= at);
    },
    newestAt: (at) => moments.findLast((moment) => moment.at <= at)?.revision,
    timeOf: (revision) => moments.find((moment) => moment.revision >= revision)?.at,
    get all() {
      return moments;
    },
  };
}
