import type { Timeline } from '../../model/analysis.ts';
import type { Millis, Revision } from '../../model/write.ts';

/** Writes of the last 24 hours by minute and prefix. */
export interface Day {
  add(prefix: string, now: Millis): void;
  /** The newest revision there is; kept for the minute at hand. */
  reached(revision: Revision, now: Millis): void;
  /** Since when anything was counted, at most 24 h ago. */
  since(now: Millis): Millis;
  /** Bins of equal length, the newest minute last; undefined before anything was written. */
  timeline(now: Millis): Timeline | undefined;
  /** A revision of each minute that is kept. */
  anchors(): { revision: Revision; at: Millis }[];
}

const minute = 60_000;
const minutesKept = 1_440;
const mostBins = 120;
const named = 8;
/** Of more resources than this the rest is counted together. */
const mostPrefixes = 1_000;
const others = '';

/** 6 KB a prefix. */
export function createDay(began: Millis): Day {
  const series = new Map<string, Uint32Array>();
  /** The newest revision of each minute; 0 where none was seen. */
  const revisions = new Float64Array(minutesKept);
  const first = Math.floor(began / minute);
  let last = first;

  /** Clears the minutes that were passed over. */
  const moveTo = (now: Millis): number => {
    const at = Math.floor(now / minute);
    if (at - last >= minutesKept) {
      for (const writes of series.values()) writes.fill(0);
      revisions.fill(0);
    } else
      for (let each = last + 1; each <= at; each++) {
        for (const writes of series.values()) writes[each % minutesKept] = 0;
        revisions[each % minutesKept] = 0;
      }
    last = Math.max(last, at);
    return at % minutesKept;
  };
  const oldest = (): number => Math.max(first, last - minutesKept + 1);

  return {
    add(prefix, now) {
      const at = moveTo(now);
      const name = series.has(prefix) || series.size < mostPrefixes ? prefix : others;
      let writes = series.get(name);
      if (!writes) series.set(name, (writes = new Uint32Array(minutesKept)));
      writes[at]!++;
    },
    reached(revision, now) {
      const at = moveTo(now);
      if (revision > revisions[at]!) revisions[at] = revision;
    },
    since(now) {
      moveTo(now);
      return Math.max(began, oldest() * minute);
    },
    anchors() {
      const known: { revision: Revision; at: Millis }[] = [];
      for (let each = oldest(); each < last; each++) {
        const revision = revisions[each % minutesKept]!;
        if (revision > 0) known.push({ revision, at: (each + 1) * minute });
      }
      return known;
    },
    timeline(now) {
      moveTo(now);
      const from = oldest();
      const width = Math.ceil((last - from + 1) / mostBins);
      const bins = Math.ceil((last - from + 1) / width);
      const sums = [...series]
        .map(([prefix, writes]) => ({ prefix, writes: binned(writes, from, width, bins, last) }))
        .map((each) => ({ ...each, total: each.writes.reduce((sum, more) => sum + more, 0) }))
        .filter(({ total }) => total > 0)
        .sort(
          (a, b) =>
            Number(a.prefix === others) - Number(b.prefix === others) ||
            b.total - a.total ||
            (a.prefix < b.prefix ? -1 : 1),
        );
      if (sums.length === 0) return undefined;
      const top = sums.filter(({ prefix }) => prefix !== others).slice(0, named);
      const rest = sums.filter((each) => !top.includes(each));
      return {
        edges: edgesOf(revisions, from, width, bins, last),
        prefixes: [
          ...top.map(({ prefix, writes }) => ({ prefix, writes })),
          ...(rest.length === 0
            ? []
            : [
                {
                  prefix: others,
                  writes: Array.from({ length: bins }, (_, bin) =>
                    rest.reduce((sum, { writes }) => sum + writes[bin]!, 0),
                  ),
                },
              ]),
        ],
      };
    },
  };
}

function binned(writes: Uint32Array, from: number, width: number, bins: number, last: number): number[] {
  const sums = Array.from({ length: bins }, () => 0);
  for (let each = from; each <= last; each++) sums[Math.floor((each - from) / width)]! += writes[each % minutesKept]!;
  return sums;
}

/** The newest revision before each bin, and the newest of all; never falling. */
function edgesOf(revisions: Float64Array, from: number, width: number, bins: number, last: number): Revision[] {
  const edges: Revision[] = [];
  let newest = 0;
  let lowest = 0;
  for (let each = from; each <= last; each++) {
    if ((each - from) % width === 0) edges.push(newest);
    const revision = revisions[each % minutesKept]!;
    if (revision > newest) newest = revision;
    if (lowest === 0) lowest = newest;
  }
  while (edges.length < bins) edges.push(newest);
  return [...edges, newest].map((revision) => Math.max(revision, lowest));
}
