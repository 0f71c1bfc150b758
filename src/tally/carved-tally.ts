import type { Carved } from '../model/database.ts';
import type { WriteBatch } from '../model/write.ts';
import { grown } from './column.ts';
import type { PrefixTable } from './prefix-table.ts';
import type { RevisionSet } from './revision-set.ts';
import { position } from './change-log.ts';

/** Changes met in free pages; the same one may be met in many copies of its page. */
export interface CarvedTally {
  readonly prefixes: readonly string[];
  readonly count: number;
  readonly position: Float64Array<ArrayBuffer>;
  readonly prefix: Uint32Array<ArrayBuffer>;
}

/** Beyond this the carved count is a lower bound: 12 bytes each. */
export const maxCarvedRows = 8_000_000;

export function createCarvedTally(prefixes: PrefixTable) {
  let count = 0;
  let positions = new Float64Array(0);
  let prefixOf = new Uint32Array(0);
  return {
    /** The batch's keys are ids of `prefixes`. */
    add(batch: WriteBatch): void {
      const rows = Math.min(batch.rows, maxCarvedRows - count);
      if (count + rows > positions.length) {
        const length = Math.min(maxCarvedRows, Math.ceil((count + rows) * 1.5));
        positions = grown(positions, length);
        prefixOf = grown(prefixOf, length);
      }
      for (let row = 0; row < rows; row++, count++) {
        positions[count] = position(batch.revision[row]!, batch.sub[row]!);
        prefixOf[count] = batch.key[row]!;
      }
    },
    result: (): CarvedTally => ({ prefixes: prefixes.names, count, position: positions, prefix: prefixOf }),
  };
}

/** The distinct changes that no live page holds any more. */
export function mergeCarved(shards: readonly CarvedTally[], live: RevisionSet): Carved {
  const byPrefix = new Map<string, number>();
  const seen = new Set<number>();
  let from: number | null = null;
  let to: number | null = null;
  for (const { prefixes, count, position: at, prefix } of shards) {
    for (let row = 0; row < count; row++) {
      const place = at[row]!;
      const revision = Math.floor(place);
      if (live.has(revision) || seen.has(place)) continue;
      seen.add(place);
      const name = prefixes[prefix[row]!]!;
      byPrefix.set(name, (byPrefix.get(name) ?? 0) + 1);
      from = from === null ? revision : Math.min(from, revision);
      to = to === null ? revision : Math.max(to, revision);
    }
  }
  const resources = [...byPrefix].map(([prefix, writes]) => ({ prefix, writes }));
  return {
    writes: seen.size,
    fromRevision: from,
    toRevision: to,
    resources: resources.toSorted((a, b) => b.writes - a.writes || (a.prefix < b.prefix ? -1 : 1)),
  };
}
