import type { Counted } from '../../model/analysis.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { openSnapshot, verifyTrailingHash } from '../../sources/snapshot/trailing-hash.ts';
import { firstValueTimes } from '../../tally/first-value-times.ts';
import { buildRevisionClock } from '../../tally/revision-clock.ts';
import { sampleAnchors } from './anchors.ts';
import { countSnapshot } from './count-snapshot.ts';
import type { RequestLogs } from './audit-read.ts';
import { explain } from './explain.ts';
import { joinRequests } from './join-requests.ts';
import { planReading } from './read-plan.ts';
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
  /** Adds what is known besides of what was counted: of a file just taken from a live etcd. */
  readonly refine?: (counted: Counted) => Counted;
  /** Who asked for the writes. */
  readonly requests?: RequestLogs;
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
      onProgress: (done, total) => options.onProgress('counting changes', done, total),
    });
    const anchors = [...firstValueTimes(tally), ...sampleAnchors(snapshot.source, tally)];
    const clock = buildRevisionClock(anchors);
    const plan = planReading(tally, chosen, clock);
    const joined =
      options.requests &&
      (await joinRequests(options.requests, {
        ...{ source: snapshot.source, tally, clock, keys: plan, counted: sumUp(anchors) },
      }));
    const keys = joined?.keys ?? plan;
    const nextKey = new Int32Array(new SharedArrayBuffer(4));
    const reading = crew.read({ file: options.file, salt: options.salt, keys, nextKey }, (taken) =>
      options.onProgress('reading what changed', taken, keys.length),
    );
    const summed = joined?.counted ?? sumUp(anchors);
    const counted = options.refine?.(summed) ?? summed;
    const changes = await reading;
    const { top, version } = options;
    return explain({ counted, hasValues: true, changes, clock, top, version });
  } finally {
    crew.dismiss();
    snapshot.source.close();
  }
}
