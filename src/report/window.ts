import type { Revision } from '../model/write.ts';
import type { ChurnReport } from './schema.ts';

interface SourceWindow {
  readonly fromRevision: Revision;
  readonly toRevision: Revision;
  readonly compactRevision: Revision;
}

/** The revisions that the sources show, without what compaction left of the time before; undefined without a source. */
export function revisionsShown(
  sources: readonly SourceWindow[],
): { readonly fromRevision: Revision; readonly toRevision: Revision } | undefined {
  if (sources.length === 0) return undefined;
  const starts = sources.map(({ fromRevision, toRevision, compactRevision }) =>
    Math.min(toRevision, Math.max(fromRevision, compactRevision)),
  );
  return { fromRevision: Math.min(...starts), toRevision: Math.max(...sources.map(({ toRevision }) => toRevision)) };
}

interface Timed {
  readonly clock: { readonly from: string | null; readonly to: string | null } | null;
  readonly coverage: { readonly counted: number };
  readonly totals: { readonly revisions: number };
}

/** Less is a burst, not a rate. */
const leastMinutes = 1;
const leastInWindow = 0.9;

/** Writes of the window, without those that compaction left of older times. */
export function writtenInWindow({
  writes,
  remainder = 0,
}: Pick<ChurnReport['totals'], 'writes' | 'remainder'>): number {
  return writes - remainder;
}

/** After a compaction that left mostly the last writes of keys long at rest, which belong to no window. */
export function isMostlyOld({ coverage, totals }: Pick<Timed, 'coverage' | 'totals'>): boolean {
  return coverage.counted < leastInWindow * totals.revisions;
}

/** How many minutes the counted writes took; undefined where that is unknown, and where it is less than one. */
export function minutesOf({ clock, coverage, totals }: Timed): number | undefined {
  if (!clock || clock.from === null || clock.to === null || isMostlyOld({ coverage, totals })) return undefined;
  const minutes = (Date.parse(clock.to) - Date.parse(clock.from)) / 60_000;
  return minutes >= leastMinutes ? minutes : undefined;
}
