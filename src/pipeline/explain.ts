import { rollUp } from '../causes/roll-up.ts';
import type { Changes } from '../history/changes.ts';
import { refineWriters, type ReadKey } from '../history/refine-writers.ts';
import type { Counted } from '../model/analysis.ts';
import type { KeyId } from '../model/write.ts';
import { findCauses, type ThresholdSettings } from '../patterns/find-causes.ts';
import { assembleReport, type ReportClock } from '../report/assemble.ts';
import type { ChurnReport } from '../report/schema.ts';
import type { RevisionClock } from '../tally/revision-clock.ts';

/** What any sources came to, whichever they were. */
export interface Gathered {
  readonly counted: Counted;
  /** False where the sources kept no values. */
  readonly hasValues: boolean;
  /** Of the chosen keys. */
  readonly changes: ReadonlyMap<KeyId, Changes>;
  readonly clock: RevisionClock;
  readonly top: number;
  readonly version: string;
  /** Other thresholds than the patterns' own. */
  readonly thresholds?: ThresholdSettings;
}

/** Counts and changes -> causes -> the report. */
export function explain({ counted, hasValues, changes, clock, top, version, thresholds }: Gathered): ChurnReport {
  // Requests say who wrote better than what was read of some keys.
  const writers =
    counted.requests?.standing === 'joined'
      ? counted.writers
      : refineWriters(counted.writers, readKeys(counted, changes));
  const { findings, notSeen } = findCauses({
    counted,
    hasValues,
    changesOf: (key) => changes.get(key),
    clock,
    ...(thresholds && { thresholds }),
  });
  return assembleReport({
    counted: { ...counted, writers },
    clock: knownClock(clock),
    findings,
    // Of a live watch that only looks for findings none are shown.
    owners: top > 0 ? rollUp(counted).ownersOf() : [],
    notSeen,
    top,
    version,
  });
}

function readKeys({ chosen }: Counted, changes: ReadonlyMap<KeyId, Changes>): ReadKey[] {
  return chosen.flatMap(({ count }) => {
    const of = changes.get(count.id);
    return of ? [{ count, changes: of }] : [];
  });
}

function knownClock(clock: RevisionClock): ReportClock | undefined {
  const { errorSeconds } = clock;
  return errorSeconds === undefined ? undefined : { timeOf: (revision) => clock.timeOf(revision), errorSeconds };
}
