import type { Timeline } from '../model/analysis.ts';
import { forEachChange } from './change-log.ts';
import type { MergedTally } from './merge-shards.ts';
import { valueAt } from './packed.ts';

/** Bins of the window; a picture of a page's width shows no more. */
const bins = 120;
/** Prefixes named; the rest are added up. */
const named = 8;

/** Writes since compaction, by the prefixes with most of them. undefined where nothing was written. */
export function timelineOf({ prefixes, revisions, shards, compactRevision }: MergedTally): Timeline | undefined {
  const bounds = revisions.bounds();
  const first = Math.max(bounds.first, compactRevision + 1);
  const { last } = bounds;
  if (last < first) return undefined;
  const count = Math.min(bins, last - first + 1);
  const width = (last - first + 1) / count;
  const byPrefix = new Float64Array(prefixes.length * count);
  for (const { tally } of shards) {
    const { changes, columns } = tally;
    forEachChange(changes, ({ key, revision }) => {
      if (revision < first) return;
      const bin = Math.floor((revision - first) / width);
      byPrefix[valueAt(columns.prefix, key) * count + Math.min(bin, count - 1)]!++;
    });
  }
  const series = prefixes
    .map((prefix, i) => ({ prefix, writes: [...byPrefix.subarray(i * count, (i + 1) * count)] }))
    .map((each) => ({ ...each, total: each.writes.reduce((sum, writes) => sum + writes, 0) }))
    .sort((a, b) => b.total - a.total || (a.prefix < b.prefix ? -1 : 1));
  const rest = series.slice(named);
  const others = Array.from({ length: count }, (_, bin) => rest.reduce((sum, { writes }) => sum + writes[bin]!, 0));
  return {
    // Rounded up, so that the bin of a revision is the last whose edge is not above it.
    edges: Array.from({ length: count + 1 }, (_, i) => Math.ceil(first + i * width)),
    prefixes: [
      ...series.slice(0, named).map(({ prefix, writes }) => ({ prefix, writes })),
      ...(rest.length > 0 ? [{ prefix: '', writes: others }] : []),
    ],
  };
}
