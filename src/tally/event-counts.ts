import type { EventCount } from '../model/analysis.ts';
import { createKeyTable } from './key-table.ts';
import type { MergedTally } from './merge-shards.ts';
import type { KeyColumns } from './shard-tally.ts';
import { addKey, byWrites, noCounts, type Sum, type Writable } from './sums.ts';

/** Event objects by reporter, reason and namespace, added key by key. */
export interface EventCounts {
  /** @param actor the number of a reporter with its reason in `tally.actors` */
  add(actor: number, columns: KeyColumns, local: number, key: Uint8Array): void;
  /** Most writes first. */
  counts(): EventCount[];
}

const slash = 0x2f;

export function createEventCounts(tally: MergedTally): EventCounts {
  const namespaces = createKeyTable(1);
  /** By actor, then by the number of the namespace. */
  const groups: (Sum & Writable<EventCount>)[][] = [];
  const text = new TextDecoder();

  return {
    add(actor, columns, local, key) {
      // `/registry/events/<namespace>/<name>`.
      const end = key.lastIndexOf(slash);
      const start = key.lastIndexOf(slash, end - 1) + 1;
      const namespace = namespaces.intern(key, start, Math.max(start, end));
      const ofActor = (groups[actor] ??= []);
      let group = ofActor[namespace];
      if (!group) {
        const { name: reporter, event = { reason: '', kind: '' } } = tally.actors[actor]!;
        group = { ...noCounts(), reporter, namespace: text.decode(namespaces.bytesOf(namespace)), names: 0, ...event };
        ofActor[namespace] = group;
      }
      group.names++;
      addKey(group, columns, local);
    },
    counts: () =>
      groups
        .flat(2)
        .toSorted(byWrites(({ reporter, reason, namespace, kind }) => `${reporter}/${reason}/${namespace}/${kind}`)),
  };
}
