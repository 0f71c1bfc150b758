import { isProblem } from '../../errors/problem.ts';
import type { Clock } from '../../maintenance/ports.ts';
import type { MaintenanceRecord } from '../../report/maintenance/schema.ts';
import { exitCodeOf } from './exit-code.ts';

export interface MaintenanceWatch {
  readonly once: () => Promise<MaintenanceRecord>;
  readonly print: (record: MaintenanceRecord) => Promise<void>;
  readonly complain: (sentence: string) => void;
  /** Told after each look; undefined where the etcd could not be reached. */
  readonly looked: (record: MaintenanceRecord | undefined) => void;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A run that did not end well is not repeated at once: its evidence and its compaction cost the etcd something. */
const atLeastAfterTrouble = 10 * 60_000;
const atMost = 6 * 60 * 60_000;

/**
 * Looks again and again and acts when something calls for it, through etcd alone, so that it can when the API server of
 * that very etcd cannot write any more. Prints what changed. Ends with the signal: 0, or the code of the run it stopped.
 */
export async function watchMaintenance(watch: MaintenanceWatch): Promise<number> {
  const { once, print, complain, looked, everyMs, clock, signal } = watch;
  let told = '';
  let troubles = 0;
  for (;;) {
    try {
      const record = await once();
      looked(record);
      const isNews = record.outcome !== 'nothing-to-do' || told !== record.outcome;
      if (isNews) await print(record);
      told = record.outcome;
      if (signal.aborted) return exitCodeOf(record);
      troubles = exitCodeOf(record) === 0 ? 0 : troubles + 1;
    } catch (error) {
      // etcd away, a certificate past its end: it may come back.
      if (!isProblem(error)) throw error;
      looked(undefined);
      if (signal.aborted) return 0;
      if (told !== error.message) complain(error.message);
      told = error.message;
      troubles = 0;
    }
    try {
      await clock.wait(pauseAfter(troubles, everyMs), signal);
    } catch {
      return 0;
    }
  }
}

/** Doubled with each run in trouble. */
function pauseAfter(troubles: number, everyMs: number): number {
  if (troubles === 0) return everyMs;
  return Math.min(Math.max(everyMs, atLeastAfterTrouble) * 2 ** (troubles - 1), atMost);
}
