import { buildHistory } from '../../history/build-history.ts';
import type { Changes } from '../../history/changes.ts';
import type { KeyId } from '../../model/write.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { openSnapshot, verifyTrailingHash, type OpenedSnapshot } from '../../sources/snapshot/trailing-hash.ts';
import type { MergedTally } from '../../tally/merge-shards.ts';
import { buildRevisionClock } from '../../tally/revision-clock.ts';
import { sampleAnchors } from './anchors.ts';
import { countSnapshot, type CountedSnapshot } from './count-snapshot.ts';
import { explain } from './explain.ts';
import { observe, placesOf, type Reading } from './observe.ts';
import type { Threads } from './threads.ts';

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
}

/** A database file -> the report: one pass that counts every change, one that reads the chosen keys' values in order. */
export async function triageSnapshot(options: SnapshotTriage): Promise<ChurnReport> {
  const snapshot = openSnapshot(options.file);
  try {
    if (!options.skipHashCheck) verifyTrailingHash(snapshot);
    const first = await countSnapshot(snapshot, {
      ...options,
      carve: true,
      onProgress: (done, total) => options.onProgress('counting changes', done, total),
    });
    return reportOf(snapshot, first, options);
  } finally {
    snapshot.source.close();
  }
}

function reportOf(
  snapshot: OpenedSnapshot,
  { counted: first, tally, chosen }: CountedSnapshot,
  options: SnapshotTriage,
): ChurnReport {
  const counted = { ...first, anchors: [...first.anchors, ...sampleAnchors(snapshot.source, tally, options.salt)] };
  const clock = buildRevisionClock(counted.anchors);
  const changes = changesOf(snapshot, tally, chosen, { clock, salt: options.salt }, options.onProgress);
  return explain({ counted, hasValues: true, changes, clock, top: options.top, version: options.version });
}

/** Second pass: the chosen keys, each from its first revision to its last. */
function changesOf(
  { source }: OpenedSnapshot,
  tally: MergedTally,
  chosen: CountedSnapshot['chosen'],
  reading: Reading,
  onProgress: SnapshotTriage['onProgress'],
): Map<KeyId, Changes> {
  const changes = new Map<KeyId, Changes>();
  for (const [id, places] of placesOf(tally, chosen.keys())) {
    changes.set(id, buildHistory(observe(source, tally, id, places, chosen.get(id)!.revisions, reading)));
    onProgress('reading what changed', changes.size, chosen.size);
  }
  return changes;
}
