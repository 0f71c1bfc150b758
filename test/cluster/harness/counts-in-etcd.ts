import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFlags, type Revision } from '../../../src/model/write.ts';
import { parseKey } from '../../../src/objects/keys.ts';
import { planScan } from '../../../src/sources/snapshot/plan.ts';
import { scanPieces } from '../../../src/sources/snapshot/scan.ts';
import { openSnapshot } from '../../../src/sources/snapshot/trailing-hash.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import type { Etcd } from '../../etcd/harness/start-etcd.ts';
import { requiredTool } from '../../etcd/harness/tool.ts';

export type Truth = {
  /** What was written after a revision, as long as nothing was compacted since. */
  byPrefix: ReadonlyMap<string, { writes: number; deletes: number; bytes: number }>;
  /** Distinct revisions, up to one, that hold nothing but keys like this. */
  invisible(keys: RegExp, upTo?: Revision): number;
  lastRevision: Revision;
};

/** Every change that a snapshot of this etcd holds, taken now by etcdctl. */
export async function countsInEtcd({ endpoint }: Pick<Etcd, 'endpoint'>, after: Revision): Promise<Truth> {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-truth-'));
  try {
    const file = join(directory, 'snapshot.db');
    saveSnapshot(endpoint, file);
    return countsInSnapshot(file, after);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** As a user takes one. */
export function saveSnapshot(endpoint: string, file: string): void {
  execFileSync(requiredTool('etcdctl'), ['snapshot', 'save', file, '--endpoints', endpoint], { stdio: 'ignore' });
}

/** Every change after a revision that a snapshot holds. */
export function countsInSnapshot(file: string, after: Revision): Truth {
  const snapshot = openSnapshot(file);
  const keys = createKeyTable(1);
  const outcome = { livePages: 0, damagedPages: 0, damagedElements: 0 };
  const byPrefix = new Map<string, { writes: number; deletes: number; bytes: number }>();
  const keysOf = new Map<Revision, string[]>();
  for (const { live } of scanPieces(
    snapshot.source,
    planScan(snapshot, false).plan,
    keys,
    createKeyTable(1),
    outcome,
  )) {
    for (let row = 0; row < live.rows; row++) {
      const revision = live.revision[row]!;
      if (revision <= after) continue;
      const key = new TextDecoder().decode(keys.bytesOf(live.key[row]!));
      keysOf.set(revision, [...(keysOf.get(revision) ?? []), key]);
      const { prefix } = parseKey(key);
      const counts = byPrefix.get(prefix) ?? { writes: 0, deletes: 0, bytes: 0 };
      counts.writes++;
      counts.bytes += live.bytes[row]!;
      if ((live.flags[row]! & writeFlags.deleted) !== 0) counts.deletes++;
      byPrefix.set(prefix, counts);
    }
  }
  snapshot.source.close();
  return {
    byPrefix,
    lastRevision: Math.max(after, ...keysOf.keys()),
    invisible: (pattern, upTo = Infinity) =>
      [...keysOf].filter(([revision, of]) => revision <= upTo && of.every((key) => pattern.test(key))).length,
  };
}
