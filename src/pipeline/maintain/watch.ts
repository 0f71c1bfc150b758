import { isProblem } from '../../errors/problem.ts';
import type { Clock } from '../../maintenance/ports.ts';
import type { MaintenanceRecord } from '../../report/maintenance/schema.ts';
import { exitCodeOf } from './exit-code.ts';

export interface MaintenanceWatch {
  /** Says what is due, `planned`, and changes nothing. */
  readonly look: () => Promise<MaintenanceRecord>;
  /** Looks once more and does what is due. */
  readonly run: () => Promise<MaintenanceRecord>;
  readonly print: (record: MaintenanceRecord) => Promise<void>;
  readonly complain: (sentence: string) => void;
  /** Told what came of each look; undefined where the etcd could not be reached. */
  readonly looked: (record: MaintenanceRecord | undefined) => void;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Acting is put off after a run that acted and did not end well: its evidence and its compaction cost the etcd something. */
interface Rest {
  /** One after the other. */
  readonly troubles: number;
  readonly until: number;
  /** NOSPACE was armed at the last look; one that is armed anew is acted on at once. */
  readonly isFull: boolean;
}

const atLeast = 10 * 60_000;
const atMost = 6 * 60 * 60_000;

/**
 * Looks again and again and acts when something calls for it, through etcd alone, so that it can when the API server of
 * that very etcd cannot write any more. Prints what changed. Ends with the signal: 0, or the code of the run it stopped.
 */
export async function watchMaintenance(watch: MaintenanceWatch): Promise<number> {
  const { look, run, print, complain, looked, everyMs, clock, signal } = watch;
  let told = '';
  let rest: Rest | undefined;
  for (;;) {
    try {
      const found = await look();
      const isDue = found.outcome === 'planned';
      const isPutOff = isDue && rest !== undefined && !isOver(rest, found, clock.now());
      const record = isDue && !isPutOff && !signal.aborted ? await run() : found;
      looked(record);
      const news = newsOf(record);
      if (!isPutOff && (hasActed(record) || news !== told)) {
        await print(record);
        told = news;
      }
      if (signal.aborted) return exitCodeOf(record);
      rest = restAfter(record, found, rest, clock.now());
    } catch (error) {
      // etcd away, a certificate past its end: it may come back.
      if (!isProblem(error)) throw error;
      looked(undefined);
      if (signal.aborted) return 0;
      if (told !== error.message) complain(error.message);
      told = error.message;
    }
    try {
      await clock.wait(everyMs, signal);
    } catch {
      return 0;
    }
  }
}

function isOver(rest: Rest, found: MaintenanceRecord, now: number): boolean {
  return now >= rest.until || (isFull(found) && !rest.isFull);
}

function restAfter(
  record: MaintenanceRecord,
  found: MaintenanceRecord,
  rest: Rest | undefined,
  now: number,
): Rest | undefined {
  if (record.outcome === 'planned') return rest && { ...rest, isFull: isFull(found) };
  if (exitCodeOf(record) === 0) return undefined;
  if (!hasActed(record)) return rest;
  const { troubles } = rest ?? { troubles: 0 };
  return {
    troubles: troubles + 1,
    until: now + Math.min(atLeast * 2 ** troubles, atMost),
    isFull: isFull(found) && !isWritable(record),
  };
}

/** NOSPACE is armed: nothing else makes a plan disarm. */
function isFull({ steps }: MaintenanceRecord): boolean {
  return steps.some(({ step }) => step === 'disarm');
}

/** Whatever else was left to do: writes were accepted again, and no alarm came back while it watched. */
function isWritable({ verification }: MaintenanceRecord): boolean {
  return verification !== null && verification.writesAccepted && verification.alarms.length === 0;
}

/** Rather than looked, or been refused, which costs nothing and may be over in a minute. */
function hasActed({ steps }: MaintenanceRecord): boolean {
  return steps.some(
    ({ step, started }) => started !== null && (step === 'evidence' || step === 'compact' || step === 'defragment'),
  );
}

/** What has to differ to be told again; sizes within the budget do all the time. */
function newsOf({ outcome, why }: MaintenanceRecord): string {
  return outcome === 'nothing-to-do' ? outcome : `${outcome}: ${why}`;
}
