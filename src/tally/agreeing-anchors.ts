import type { ClockAnchor } from '../model/analysis.ts';
import type { Revision } from '../model/write.ts';
import { longestRise } from './longest-rise.ts';

/** More anchors than this, before a compaction or since, add nothing to a clock of one-second resolution. */
const anchorsKept = 8192;

/**
 * A managedFields time may be older than the write that kept it, never newer, so a stale anchor lies below the line and a
 * wrong clock above it: the largest set of anchors that rises together drops both. Revisions are distinct and rise.
 */
export function agreeingAnchors(anchors: readonly ClockAnchor[], compactRevision: Revision): ClockAnchor[] {
  const older = anchors.filter(({ revision }) => revision <= compactRevision);
  const since = anchors.filter(({ revision }) => revision > compactRevision);
  const sorted = [...thinned(older), ...thinned(since)].sort((a, b) => a.revision - b.revision || a.at - b.at);
  const rising = longestRise(sorted.map(({ at }) => at)).flatMap((i) => sorted[i] ?? []);
  const latest = rising.filter(({ revision }, i) => revision !== rising[i + 1]?.revision);
  return [
    ...latest.filter(({ revision }) => revision <= compactRevision),
    ...borneOut(latest.filter(({ revision }) => revision > compactRevision)),
  ];
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

/** At either end a wrong clock contradicts no other anchor, and would move the window's end. */
function borneOut(anchors: readonly ClockAnchor[]): ClockAnchor[] {
  const mirrored = anchors.map(({ revision, at }) => ({ revision: -revision, at: -at })).toReversed();
  return anchors.slice(strayAtEnd(mirrored), anchors.length - strayAtEnd(anchors));
}

/** So many agree on a wrong end at most where one write in five comes from a wrong clock. */
const mostStray = 8;
/** The anchors before them that tell the usual pace; where there are fewer, none is called stray. */
const paceFrom = 64;
/** A step that no pause explains: so many times slower, and longer than a pause within the pace. */
const leap = { times: 20, millis: 60_000 };

/** How many anchors at the end lie behind a leap. */
function strayAtEnd(anchors: readonly ClockAnchor[]): number {
  for (let stray = Math.min(mostStray, anchors.length - 1 - paceFrom); stray > 0; stray--) {
    const end = anchors.length - stray;
    const [from, last, next] = [anchors[end - 1 - paceFrom]!, anchors[end - 1]!, anchors[end]!];
    const pace = (last.at - from.at) / (last.revision - from.revision);
    const took = next.at - last.at;
    if (took > leap.millis && took > leap.times * pace * (next.revision - last.revision)) return stray;
  }
  return 0;
}
