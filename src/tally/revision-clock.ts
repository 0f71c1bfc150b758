import type { ClockAnchor } from '../model/analysis.ts';
import type { Millis, Revision } from '../model/write.ts';
import { agreeingAnchors } from './agreeing-anchors.ts';

/** When revisions happened, as told by the objects stored under them. */
export interface RevisionClock {
  /** undefined where no two anchors agree on a pace. */
  timeOf(revision: Revision): Millis | undefined;
  /** The newest revision not later than `at`; undefined before the first anchor or without a clock. */
  revisionAt(at: Millis): Revision | undefined;
  /** How far `timeOf` may be off for 95 % of the revisions between the anchors; undefined without a clock. */
  readonly errorSeconds: number | undefined;
}

/** creationTimestamp and managedFields are cut to whole seconds. */
const resolution = 1000;
/** Anchors whose pace extends the clock beyond its ends. */
const edge = 64;

/** Fits a rising line through the anchors that agree, of which those since the compaction matter most. */
export function buildRevisionClock(anchors: readonly ClockAnchor[], compactRevision: Revision = 0): RevisionClock {
  const agreeing = agreeingAnchors(anchors, compactRevision);
  const revisions = agreeing.map(({ revision }) => revision);
  const times = agreeing.map(({ at: moment }) => moment);
  const n = agreeing.length;
  if (n < 2) return { timeOf: () => undefined, revisionAt: () => undefined, errorSeconds: undefined };

  const at = (i: number): number => times[i] ?? 0;
  const rev = (i: number): number => revisions[i] ?? 0;
  const pace = (from: number, to: number): number => (at(to) - at(from)) / Math.max(1, rev(to) - rev(from));
  const paceBefore = pace(0, Math.min(n - 1, edge));
  const begin = firstAbove(revisions, compactRevision);
  const paceAfter = pace(Math.max(begin < n - 1 ? begin : 0, n - 1 - edge), n - 1);

  const timeOf = (revision: Revision): Millis => {
    const next = firstAbove(revisions, revision);
    if (next === 0) return Math.round(at(0) - (rev(0) - revision) * paceBefore);
    if (next === n) return Math.round(at(n - 1) + (revision - rev(n - 1)) * paceAfter);
    return Math.round(at(next - 1) + (revision - rev(next - 1)) * pace(next - 1, next));
  };
  const revisionAt = (moment: Millis): Revision | undefined => {
    if (moment < at(0)) return undefined;
    const next = firstAbove(times, moment);
    if (next === n) return rev(n - 1);
    const span = at(next) - at(next - 1);
    return Math.floor(rev(next - 1) + ((moment - at(next - 1)) / span) * (rev(next) - rev(next - 1)));
  };
  return { timeOf, revisionAt, errorSeconds: errorOf(revisions, times, compactRevision) };
}

/** Between two anchors the truth lies anywhere between their times. */
function errorOf(revisions: readonly number[], times: readonly number[], compactRevision: Revision): number {
  const last = revisions.at(-1) ?? 0;
  // Where nothing tells the time since the compaction, only that before it is known.
  const from = last > compactRevision ? compactRevision : 0;
  const gaps = revisions.slice(1).map((revision, i) => ({
    revisions: Math.max(0, revision - Math.max(from, revisions[i] ?? 0)),
    millis: (times[i + 1] ?? 0) - (times[i] ?? 0),
  }));
  gaps.sort((a, b) => a.millis - b.millis);
  const total = gaps.reduce((sum, gap) => sum + gap.revisions, 0);
  let seen = 0;
  for (const gap of gaps) {
    seen += gap.revisions;
    if (seen >= total * 0.95) return Math.max(resolution, gap.millis) / 1000;
  }
  return resolution / 1000;
}

/** Index of the first element greater than `value` in rising numbers; their count where there is none. */
function firstAbove(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
