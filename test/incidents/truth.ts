import type { Revision } from '../../src/model/write.ts';
import type { Mutation } from './mutation.ts';
import { prefixOf } from './prefix.ts';

/** A mutation etcd accepted, and the revision it gave to it. */
export interface Accepted extends Mutation {
  readonly revision: Revision;
}

export interface TruthCounts {
  writes: number;
  deletes: number;
  /** Of keys and values as stored. */
  bytes: number;
}

export interface Truth {
  readonly totals: TruthCounts & { revisions: number; keys: number };
  readonly prefixes: ReadonlyMap<string, TruthCounts & { liveKeys: number }>;
  readonly keys: ReadonlyMap<string, TruthCounts>;
}

interface Compaction {
  readonly at: Revision;
  /**
   * Whether a tombstone at exactly that revision stays, so that a watch from there sees it: etcd 3.6 and the 3.4 and 3.5
   * releases since etcd-io/etcd#18089 keep it.
   */
  readonly keepsTombstone: boolean;
}

/** What etcd holds after `accepted`, and a compaction if there was one, counted one by one. */
export function truthOf(accepted: readonly Accepted[], compaction?: Compaction): Truth {
  const ordered = [...accepted].toSorted((a, b) => a.revision - b.revision);
  const revisions = new Set<Revision>();
  const keys = new Map<string, TruthCounts>();
  const prefixes = new Map<string, TruthCounts & { liveKeys: number }>();
  const totals = { writes: 0, deletes: 0, bytes: 0 };
  for (const [key, changes] of Map.groupBy(ordered, (mutation) => mutation.key)) {
    const lost = changes.find(({ value }, i) => !value && !changes[i - 1]?.value);
    if (lost)
      throw new Error(`${key} is deleted at revision ${lost.revision} though it does not exist: no revision of etcd's`);
    const kept = compaction ? retained(changes, compaction) : changes;
    if (kept.length === 0) continue;
    const counts = { writes: 0, deletes: 0, bytes: 0 };
    const prefix = prefixes.get(prefixOf(key)) ?? { writes: 0, deletes: 0, bytes: 0, liveKeys: 0 };
    for (const { revision, value } of kept) {
      revisions.add(revision);
      for (const sum of [counts, prefix, totals]) {
        sum.writes++;
        sum.deletes += value ? 0 : 1;
        sum.bytes += Buffer.byteLength(key) + (value?.length ?? 0);
      }
    }
    if (kept.at(-1)?.value) prefix.liveKeys++;
    keys.set(key, counts);
    prefixes.set(prefixOf(key), prefix);
  }
  return { totals: { ...totals, revisions: revisions.size, keys: keys.size }, prefixes, keys };
}

/** A compaction keeps what comes later, and of the rest the newest, unless that is a tombstone (etcd server/storage/mvcc/key_index.go). */
function retained(changes: readonly Accepted[], { at, keepsTombstone }: Compaction): readonly Accepted[] {
  const later = changes.filter(({ revision }) => revision > at);
  const last = changes.findLast(({ revision }) => revision <= at);
  if (!last) return later;
  return last.value || (keepsTombstone && last.revision === at) ? [last, ...later] : later;
}
