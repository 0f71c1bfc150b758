import type { ClockAnchor } from '../model/analysis.ts';
import type { Millis, Revision } from '../model/write.ts';
import { longestRise } from './longest-rise.ts';

/** When revisions happened, as told by the objects stored under them. */
export interface RevisionClock {
  /** undefined where no two anchors agree on a pace. */
  timeOf(revision: Revision): Millis | undefined;
  /** The newest revision not later than `at`; undefined before the first anchor or without a clock. */
  revisionAt(at: Millis): Revision | undefined;
  /** How far `timeOf` may be off for 95 % of the revisions between the anchors; undefined without a clock. */
  readonly errorSeconds: number | undefined;
}

/** More anchors than this add nothing to a clock of one-second resolution. */
const anchorsKept = 8192;
/** creationTimestamp and managedFields are cut to whole seconds. */
const resolution = 1000;
/** Anchors whose pace extends the clock beyond its ends. */
const edge = 64;

/**
 * Fits a rising line through (revision, time) pairs. A managedFields time may be older than the write that kept it, never
 * newer, so a stale anchor lies below the line and a wrong clock above it: the largest set of pairs that rises together
 * drops both.
 */
export function buildRevisionClock(anchors: readonly ClockAnchor[]): RevisionClock {
  const { revisions, times } = agreeing(anchors);
  const n = revisions.length;
  if (n < 2) return { timeOf: () => undefined, revisionAt: () => undefined, errorSeconds: undefined };

  const at = (i: number): number => times[i] ?? 0;
  const rev = (i: number): number => revisions[i] ?? 0;
  const pace = (from: number, to: number): number => (at(to) - at(from)) / Math.max(1, rev(to) - rev(from));
  const paceBefore = pace(0, Math.min(n - 1, edge));
  const paceAfter = pace(Math.max(0, n - 1 - edge), n - 1);

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
  return { timeOf, revisionAt, errorSeconds: errorOf(revisions, times) };
}

function agreeing(anchors: readonly ClockAnchor[]): { revisions: number[]; times: number[] } {
  const sorted = thinned(anchors).sort((a, b) => a.revision - b.revision || a.at - b.at);
  const kept = longestRise(sorted.map((anchor) => anchor.at));
  const revisions: number[] = [];
  const times: number[] = [];
  for (const i of kept) {
    const anchor = sorted[i];
    if (!anchor) continue;
    if (revisions.at(-1) === anchor.revision) times[times.length - 1] = anchor.at;
    else {
      revisions.push(anchor.revision);
      times.push(anchor.at);
    }
  }
  return { revisions, times };
}

/** Of each slice of revisions the two newest times: the newest is the freshest, the second stands in where it is wrong. */
function thinned(anchors: readonly ClockAnchor[]): ClockAnchor[] {
  if (anchors.length <= anchorsKept) return [...anchors];
  let low = Infinity;
  let high = -Infinity;
  for (const { revision } of anchors) {
    if (revision < low) low = revision;
    if (revision > high) high = revision;
  }
  const width = Math.max(1, (high - low + 1) / (anchorsKept / 2));
  const slices = new Map<number, { newest: ClockAnchor; second: ClockAnchor | undefined }>();
  for (const anchor of anchors) {
    const slice = Math.floor((anchor.revision - low) / width);
    const best = slices.get(slice);
    if (!best) slices.set(slice, { newest: anchor, second: undefined });
    else if (isFresher(anchor, best.newest)) slices.set(slice, { newest: anchor, second: best.newest });
    else if (!best.second || isFresher(anchor, best.second)) best.second = anchor;
  }
  return [...slices.values()].flatMap(({ newest, second }) => (second ? [second, newest] : [newest]));
}

/** Of several that tell one second the lowest revision, so that the choice does not depend on who was met first. */
function isFresher(a: ClockAnchor, b: ClockAnchor): boolean {
  return a.at > b.at || (a.at === b.at && a.revision < b.revision);
}

/** Between two anchors the truth lies anywhere between their times. */
function errorOf(revisions: readonly number[], times: readonly number[]): number {
  const gaps = revisions.slice(1).map((revision, i) => ({
    revisions: revision - (revisions[i] ?? 0),
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
