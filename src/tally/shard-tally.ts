import { writeFlags, type KeyId, type Revision, type WriteBatch } from '../model/write.ts';
import { createIdentifier } from '../objects/identify.ts';
import type { Identity, Reported } from '../objects/identify/identity.ts';
import { createChangeLog, type ChangeLog } from './change-log.ts';
import { roomFor, type Outlook } from './column.ts';
import {
  emptyColumns,
  encodings,
  firstRevision,
  growColumns,
  lastRevision,
  setRevision,
  type KeyColumns,
} from './key-columns.ts';
import { createKeyTable, type KeyTable, type KeyTableColumns } from './key-table.ts';
import { addTo, setValue, valueAt } from './packed.ts';
import { prefixFinder, type PrefixTable } from './prefix-table.ts';
import { addValueTime, emptyValueTimes, type ValueTimes } from './value-times.ts';
import { createRevisionSet, type RevisionBlocks } from './revision-set.ts';

/** Who a value says wrote it: a field manager, or the reporter of an Event with what it reports. */
export interface Actor {
  readonly name: string;
  readonly event?: { readonly reason: string; readonly kind: string };
}

/** All that one thread counted; every buffer may be moved to another thread. */
export interface ShardTally {
  readonly keys: KeyTableColumns;
  readonly columns: KeyColumns;
  readonly prefixes: readonly string[];
  /** References as bytes (objects/identify/references.ts). */
  readonly abouts: KeyTableColumns;
  readonly actors: readonly Actor[];
  /** Every change in the order it was met. */
  readonly changes: ChangeLog;
  readonly revisions: RevisionBlocks;
  readonly times: ValueTimes;
}

export interface Keeps {
  /** The place of each change; without them memory grows with keys only. */
  readonly changes: boolean;
  /** What values state of their own time, of each revision that this divides: a sample that does not depend on who scans what. */
  readonly timesOfEvery: Revision;
}

/** @param seed as the key tables': makes collisions unpredictable */
export function createShardTally(
  keys: KeyTable,
  prefixes: PrefixTable,
  seed: number,
  outlook: Outlook = () => 1.5,
  keeps: Keeps = { changes: true, timesOfEvery: 1 },
) {
  const columns = emptyColumns(1 << 12);
  const changes = createChangeLog();
  const prefixOf = prefixFinder(keys, prefixes);
  const revisions = createRevisionSet();
  const abouts = createKeyTable(seed, outlook);
  const identifier = createIdentifier(abouts);
  const actors: Actor[] = [];
  const actorIds = new Map<string | Reported, number>();
  const times = emptyValueTimes();
  let known = 0;

  const actorId = (actor: string | Reported): number => {
    let index = actorIds.get(actor);
    if (index === undefined) {
      if (typeof actor === 'string') actors.push({ name: actor });
      else actors.push({ name: actor.reporter, event: { reason: actor.reason, kind: actor.kind } });
      actorIds.set(actor, (index = actors.length));
    }
    return index;
  };

  const identify = ({ values: { buffer, start, size } }: WriteBatch, row: number, key: number): Identity =>
    identifier.identify(buffer, start[row]!, size[row]!, prefixes.names[valueAt(columns.prefix, key)]!);

  const setFirst = (key: number, revision: Revision, identity: Identity): void => {
    setRevision(columns, 'first', key, revision);
    columns.encoding[key] = encodings.indexOf(identity.encoding);
    columns.about[key] = identity.about;
    const actor = identity.event ?? identity.manager;
    setValue(columns.actor, key, actor === undefined ? 0 : actorId(actor));
  };

  return {
    add(batch: WriteBatch): void {
      const { key: keyOf, revision, sub, bytes, flags, handle, pairSize } = batch;
      if (keys.count > columns.live.length) growColumns(columns, roomFor(keys.count, outlook));
      for (; known < keys.count; known++) setValue(columns.prefix, known, prefixOf(known));
      for (let row = 0; row < batch.rows; row++) {
        const key = keyOf[row]!;
        const flag = flags[row]!;
        const deleted = (flag & writeFlags.deleted) !== 0;
        const size = bytes[row]!;
        const at = revision[row]!;
        addTo(columns.writes, key, 1);
        if (deleted) addTo(columns.deletes, key, 1);
        if ((flag & writeFlags.created) !== 0) addTo(columns.creates, key, 1);
        addTo(columns.bytes, key, size);
        if (size > columns.maxBytes[key]!) columns.maxBytes[key] = size;
        // etcd refuses a transaction that changes a key twice, so a revision is order enough.
        if (at >= lastRevision(columns, key)) {
          setRevision(columns, 'last', key, at);
          columns.live[key] = deleted ? 0 : 1;
        }
        const isFirst = !deleted && at < firstRevision(columns, key);
        const tellsTime = !deleted && at % keeps.timesOfEvery === 0;
        if (isFirst || tellsTime) {
          const identity = identify(batch, row, key);
          if (tellsTime && identity.at !== undefined) addValueTime(times, at, identity.at);
          // An empty value says nothing, but must unsay what a later one, met before it, said.
          if (isFirst) setFirst(key, at, identity);
        }
        revisions.add(at);
        if (keeps.changes) changes.append(key, at, sub[row]!, handle[row]!, pairSize[row]!);
      }
    },
    /** Counts bytes of a change whose row came, or comes, without them. False where no row of that key has come yet. */
    addBytes(key: KeyId, size: number): boolean {
      if (key >= known) return false;
      addTo(columns.bytes, key, size);
      if (size > columns.maxBytes[key]!) columns.maxBytes[key] = size;
      return true;
    },
    result: (): ShardTally => ({
      keys: keys.columns(),
      columns,
      prefixes: prefixes.names,
      abouts: abouts.columns(),
      actors,
      changes: changes.result(),
      revisions: revisions.blocks(),
      times,
    }),
  };
}
