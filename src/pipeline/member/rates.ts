import type { ResourceKey } from '../../model/resource.ts';
import { writeFlags } from '../../model/write.ts';
import type { WatchRows } from '../../mvcc/watch-response.ts';
import { parseKey } from '../../objects/keys.ts';
import { createBest } from '../../tally/best.ts';
import { grown } from '../../tally/column.ts';
import { createKeyTable } from '../../tally/key-table.ts';

interface LiveKey {
  readonly key: string;
  readonly resource: ResourceKey | undefined;
  readonly writes: number;
  readonly deletes: number;
  readonly bytes: number;
}

/** Counts what a live watch shows, by key. */
export function createLiveCounts(seed: number) {
  const keys = createKeyTable(seed);
  let writes = new Uint32Array(1024);
  let deletes = new Uint32Array(1024);
  let bytes = new Float64Array(1024);
  let events = 0;
  return {
    keys,
    add(rows: WatchRows): void {
      if (keys.count > writes.length) {
        const room = keys.count * 2;
        writes = grown(writes, room);
        deletes = grown(deletes, room);
        bytes = grown(bytes, room);
      }
      events += rows.rows;
      for (let row = 0; row < rows.rows; row++) {
        const key = rows.key[row]!;
        writes[key]!++;
        bytes[key]! += rows.bytes[row]!;
        if ((rows.flags[row]! & writeFlags.deleted) !== 0) deletes[key]!++;
      }
    },
    events: (): number => events,
    /** The `limit` keys with most writes; among equals by name. */
    top(limit: number): LiveKey[] {
      const decoder = new TextDecoder();
      const best = createBest<{ id: number; key: string }>(
        limit,
        (a, b) => writes[b.id]! - writes[a.id]! || (a.key < b.key ? -1 : 1),
      );
      for (let id = 0; id < keys.count; id++) {
        if (writes[id]! > 0) best.offer({ id, key: decoder.decode(keys.bytesOf(id)) });
      }
      return best.sorted().map(({ id, key }) => ({
        key,
        resource: parseKey(key).resource,
        writes: writes[id]!,
        deletes: deletes[id]!,
        bytes: bytes[id]!,
      }));
    },
  };
}
