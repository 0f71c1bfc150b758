import type { EventCount } from '../model/analysis.ts';
import { createKeyTable } from './key-table.ts';
import type { KeyColumns } from './key-columns.ts';
import type { MergedTally } from './merge-shards.ts';

import { addKey, byWrites, noCounts, type Sum, type Writable } from './sums.ts';

/** Event objects by reporter, reason and namespace, added key by key. */
export interface EventCounts {
  /**
   * @param actor the number of a reporter with its reason in `tally.actors`
   * @param directory of its key: `/registry/events/<namespace>`
   */
  add(actor: number, columns: KeyColumns, local: number, directory: Uint8Array): void;
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
    add(actor, columns, local, directory) {
      const namespace = namespaces.intern(directory, directory.lastIndexOf(slash) + 1, directory.length);
      const ofActor = (groups[actor] ??= []);
      let group = ofActor[namespace];
      if (!group) {
        const { name: reporter, event = { reason: '', kind: '' } } = tally.actors[actor]!;
        group = { ...noCounts(), reporter, namespace: text.decode(namespaces.bytesOf(namespace)), names: 0, ...event };
        ofActor[namespace] = group;
      }
      group.names++;
      addKey(group, columns, local, tally.compactRevision);
    },
    counts: () =>
      groups
        .flat(2)
        .toSorted(byWrites(({ reporter, reason, namespace, kind }) => `${reporter}/${reason}/${namespace}/${kind}`)),
  };
}
