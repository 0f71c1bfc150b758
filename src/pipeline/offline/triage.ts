import type { Changes } from '../../history/changes.ts';
import type { Counted } from '../../model/analysis.ts';
import type { KeyId } from '../../model/write.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { openSnapshot, verifyTrailingHash } from '../../sources/snapshot/trailing-hash.ts';
import { defaultChoice, thoroughChoice, type Choice } from '../../tally/choose-keys.ts';
import { buildRevisionClock, type RevisionClock } from '../../tally/revision-clock.ts';
import { anchorsOf } from '../../tally/value-times.ts';
import { countSnapshot } from './count-snapshot.ts';
import type { RequestLogs } from '../requests/read-logs.ts';
import { explain } from '../explain.ts';
import { joinRequests } from '../requests/join.ts';
import { planReading, type KeyReading } from './read-plan.ts';
import { suspects } from './suspects.ts';
import { startCrew, type Threads } from './threads.ts';

export interface SnapshotTriage {
  readonly file: string;
  readonly top: number;
  readonly skipHashCheck: boolean;
  readonly threads: Threads;
  /** Hides key table collisions and Secret digests from whoever chose the names or knows the values. */
  readonly seed: number;
  readonly salt: string;
  readonly version: string;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
  /** Told when revisions happened, as soon as that is known. */
  readonly onClock?: (clock: RevisionClock) => void;
  /** Adds what is known besides of what was counted: of a file just taken from a live etcd. */
  readonly refine?: (counted: Counted) => Counted;
  /** Who asked for the writes. */
  readonly requests?: RequestLogs;
  /** Other thresholds than the patterns' own. */
  readonly thresholds?: ThresholdSettings;
}

/** A database file -> the report: one pass that counts every change, one that reads the chosen keys' values in order. */
export async function triageSnapshot(options: SnapshotTriage): Promise<ChurnReport> {
  const snapshot = openSnapshot(options.file);
  const crew = startCrew(options.threads);
  try {
    if (!options.skipHashCheck) verifyTrailingHash(snapshot);
    const { tally, chosen, sumUp } = await countSnapshot(snapshot, {
      crew,
      seed: options.seed,
      top: options.top,
      carve: true,
      choice: options.requests ? thoroughChoice : defaultChoice,
      onProgress: (done, total) => options.onProgress('counting changes', done, total),
    });
    const anchors = tally.shards.flatMap((shard) => anchorsOf(shard.tally.times));
    const storeClock = buildRevisionClock(anchors, tally.compactRevision);
    options.onClock?.(storeClock);
    const plan = planReading(tally, chosen, storeClock);
    const joined =
      options.requests &&
      (await joinRequests(options.requests, {
        ...{ source: snapshot.source, tally, clock: storeClock, keys: plan, counted: sumUp(anchors) },
      }));
    const keys = joined?.keys ?? plan;
    const clock = joined?.clock ?? storeClock;
    const read = (readings: readonly KeyReading[], what: string): Promise<Map<KeyId, Changes>> => {
      const nextKey = new Int32Array(new SharedArrayBuffer(4));
      return crew.read({ file: options.file, salt: options.salt, keys: readings, nextKey }, (taken) =>
        options.onProgress(what, taken, readings.length),
      );
    };
    const reading = read(keys, 'reading what changed');
    const summed = joined?.counted ?? sumUp(anchors);
    const counted = options.refine?.(summed) ?? summed;
    const { top, version, thresholds } = options;
    const gathered = {
      ...{ counted, hasValues: true, changes: await reading, clock, top, version },
      ...(thresholds && { thresholds }),
    };
    const report = explain(gathered);
    const again = joined ? new Map<KeyId, Choice>() : suspects(report, counted.chosen, chosen);
    if (again.size === 0) return report;
    const whole = await read(planReading(tally, again, clock), 'reading the accused in full');
    return explain({ ...gathered, changes: new Map([...gathered.changes, ...whole]) });
  } finally {
    crew.dismiss();
    snapshot.source.close();
  }
}
