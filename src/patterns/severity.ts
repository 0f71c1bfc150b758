import type { Counted } from '../model/analysis.ts';
import type { Severity } from '../model/finding.ts';
import type { Confidence } from '../model/writer.ts';
import type { RevisionClock } from '../tally/revision-clock.ts';

const criticalShare = 0.2;
const warningShare = 0.02;
const hoursLeft = 24;

/** One rule for all: by share of all writes; a proven loop is critical while the database is full or fills within a day. */
export function severityOf(
  finding: { shareWithConsequences: number; confidence: Confidence; loop: boolean },
  fillingUp: boolean,
): Severity {
  if (finding.shareWithConsequences >= criticalShare) return 'critical';
  if (fillingUp && finding.loop && finding.confidence === 'high') return 'critical';
  return finding.shareWithConsequences >= warningShare ? 'warning' : 'info';
}

/** Whether etcd is out of space, or reaches its quota within a day at the pace of the window. */
export function isFillingUp({ database, totals, source }: Counted, clock: RevisionClock): boolean {
  if (!database) return false;
  if (database.alarms.includes('NOSPACE')) return true;
  if (database.quotaBytes === null) return false;
  const from = clock.timeOf(
    Math.min(...source.map(({ fromRevision, compactRevision }) => Math.max(fromRevision, compactRevision))),
  );
  const to = clock.timeOf(Math.max(...source.map(({ toRevision }) => toRevision)));
  if (from === undefined || to === undefined || to <= from) return false;
  // Freed pages are filled first, so what counts is the room left within the quota.
  const room = database.quotaBytes - database.inUseBytes;
  return room <= (totals.bytes / (to - from)) * hoursLeft * 3_600_000;
}
