import type { Encoding } from '../model/object.ts';
import { writeFlags, type KeyId, type Millis, type Revision, type WriteBatch } from '../model/write.ts';
import { createIdentifier } from '../objects/identify.ts';
import type { Reported } from '../objects/identify/identity.ts';
import { grown, roomFor, type Outlook } from './column.ts';
import { createKeyTable, type KeyTable, type KeyTableColumns } from './key-table.ts';
import type { PrefixTable } from './prefix-table.ts';
import { createRevisionSet } from './revision-set.ts';

/** Who a value says wrote it: a field manager, or the reporter of an Event with what it reports. */
export interface Actor {
  readonly name: string;
  readonly event?: { readonly reason: string; readonly kind: string };
}

export const encodings = ['unknown', 'protobuf', 'json', 'cbor', 'encrypted'] as const satisfies readonly Encoding[];

/** What is counted of each key; index is the KeyId. */
export interface KeyColumns {
  writes: Uint32Array<ArrayBuffer>;
  creates: Uint32Array<ArrayBuffer>;
  deletes: Uint32Array<ArrayBuffer>;
  bytes: Float64Array<ArrayBuffer>;
  maxBytes: Uint32Array<ArrayBuffer>;
  /** Position of the first change that has a value; Infinity where none has. */
  first: Float64Array<ArrayBuffer>;
  /** Position of the last change. */
  last: Float64Array<ArrayBuffer>;
  /** 1 where the last change left the key alive. */
  live: Uint8Array<ArrayBuffer>;
  prefix: Uint32Array<ArrayBuffer>;
  /** As the first value says: 1 + index in `abouts` and `actors`; 0 for none. */
  about: Uint32Array<ArrayBuffer>;
  actor: Uint32Array<ArrayBuffer>;
  /** Index in `encodings`. */
  encoding: Uint8Array<ArrayBuffer>;
}

/** All that one thread counted; every buffer may be moved to another thread. */
export interface ShardTally {
  readonly keys: KeyTableColumns;
  readonly columns: KeyColumns;
  readonly prefixes: readonly string[];
  /** References as bytes (objects/identify/references.ts). */
  readonly abouts: KeyTableColumns;
  readonly actors: readonly Actor[];
  /** Every change in the order of the file: which key, and where its value lies. */
  readonly rows: RowColumns;
  readonly revisions: ReadonlyMap<number, Uint32Array>;
  readonly anchors: readonly ValueTime[];
}

/** What the first value of a key that this shard met states of its own time. Another shard may have met an earlier one. */
export interface ValueTime {
  readonly key: KeyId;
  readonly position: number;
  readonly at: Millis;
}

export interface RowColumns {
  count: number;
  key: Uint32Array<ArrayBuffer>;
  /** Revision and place within its transaction, see `position`. */
  position: Float64Array<ArrayBuffer>;
  handle: Float64Array<ArrayBuffer>;
  pairSize: Uint32Array<ArrayBuffer>;
}

/** One number that orders changes: the revision, and behind the point the place within its transaction. */
export function position(revision: Revision, sub: number): number {
  return revision + Math.min(sub, 4095) / 4096;
}

/** Times are kept of the revisions that this divides: a sample that does not depend on who scans what. */
const anchorEvery = 16;

/**
 * @param seed as the key tables': makes collisions unpredictable
 * @param keeps without `rows` no place of a change is kept, so that memory grows with keys only
 */
export function createShardTally(
  keys: KeyTable,
  prefixes: PrefixTable,
  seed: number,
  outlook: Outlook = () => 1.5,
  keeps: { readonly rows: boolean } = { rows: true },
) {
  const columns = emptyColumns(1 << 12);
  const rows: RowColumns = {
    count: 0,
    key: new Uint32Array(1 << 12),
    position: new Float64Array(1 << 12),
    handle: new Float64Array(1 << 12),
    pairSize: new Uint32Array(1 << 12),
  };
  const revisions = createRevisionSet();
  const abouts = createKeyTable(seed, outlook);
  const identifier = createIdentifier(abouts);
  const actors: Actor[] = [];
  const actorIds = new Map<string | Reported, number>();
  const anchors: ValueTime[] = [];
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

  const identify = (batch: WriteBatch, row: number, key: number): void => {
    const { buffer, start, size } = batch.values;
    const prefix = prefixes.names[columns.prefix[key]!]!;
    const identity = identifier.identify(buffer, start[row]!, size[row]!, prefix);
    columns.encoding[key] = encodings.indexOf(identity.encoding);
    columns.about[key] = identity.about;
    const actor = identity.event ?? identity.manager;
    columns.actor[key] = actor === undefined ? 0 : actorId(actor);
    const revision = batch.revision[row]!;
    if (identity.at !== undefined && revision % anchorEvery === 0)
      anchors.push({ key, position: position(revision, batch.sub[row]!), at: identity.at });
  };

  return {
    add(batch: WriteBatch): void {
      const { key: keyOf, revision, sub, bytes, flags, handle, pairSize } = batch;
      if (keeps.rows) ensureRows(rows, rows.count + batch.rows, outlook);
      if (keys.count > columns.writes.length) growColumns(columns, roomFor(keys.count, outlook));
      for (; known < keys.count; known++) {
        const name = keys.bytesOf(known);
        columns.prefix[known] = prefixes.intern(name, 0, name.length);
        columns.first[known] = Infinity;
        columns.last[known] = -1;
      }
      for (let row = 0; row < batch.rows; row++) {
        const key = keyOf[row]!;
        const flag = flags[row]!;
        const deleted = (flag & writeFlags.deleted) !== 0;
        const size = bytes[row]!;
        const at = position(revision[row]!, sub[row]!);
        columns.writes[key]!++;
        if (deleted) columns.deletes[key]!++;
        if ((flag & writeFlags.created) !== 0) columns.creates[key]!++;
        columns.bytes[key]! += size;
        if (size > columns.maxBytes[key]!) columns.maxBytes[key] = size;
        if (at >= columns.last[key]!) {
          columns.last[key] = at;
          columns.live[key] = deleted ? 0 : 1;
        }
        if (!deleted && at < columns.first[key]!) {
          columns.first[key] = at;
          // An empty value says nothing, but must unsay what a later one, met before it, said.
          identify(batch, row, key);
        }
        revisions.add(revision[row]!);
        if (!keeps.rows) continue;
        rows.key[rows.count] = key;
        rows.position[rows.count] = at;
        rows.handle[rows.count] = handle[row]!;
        rows.pairSize[rows.count] = pairSize[row]!;
        rows.count++;
      }
    },
    /** Counts bytes of a change whose row came, or comes, without them. False where no row of that key has come yet. */
    addBytes(key: KeyId, size: number): boolean {
      if (key >= known) return false;
      columns.bytes[key]! += size;
      if (size > columns.maxBytes[key]!) columns.maxBytes[key] = size;
      return true;
    },
    result: (): ShardTally => ({
      keys: keys.columns(),
      columns,
      prefixes: prefixes.names,
      abouts: abouts.columns(),
      actors,
      rows,
      revisions: revisions.chunks,
      anchors,
    }),
  };
}

function emptyColumns(length: number): KeyColumns {
  return {
    writes: new Uint32Array(length),
    creates: new Uint32Array(length),
    deletes: new Uint32Array(length),
    bytes: new Float64Array(length),
    maxBytes: new Uint32Array(length),
    first: new Float64Array(length),
    last: new Float64Array(length),
    live: new Uint8Array(length),
    prefix: new Uint32Array(length),
    about: new Uint32Array(length),
    actor: new Uint32Array(length),
    encoding: new Uint8Array(length),
  };
}

function growColumns(columns: KeyColumns, length: number): void {
  columns.writes = grown(columns.writes, length);
  columns.creates = grown(columns.creates, length);
  columns.deletes = grown(columns.deletes, length);
  columns.bytes = grown(columns.bytes, length);
  columns.maxBytes = grown(columns.maxBytes, length);
  columns.first = grown(columns.first, length);
  columns.last = grown(columns.last, length);
  columns.live = grown(columns.live, length);
  columns.prefix = grown(columns.prefix, length);
  columns.about = grown(columns.about, length);
  columns.actor = grown(columns.actor, length);
  columns.encoding = grown(columns.encoding, length);
}

function ensureRows(rows: RowColumns, needed: number, outlook: Outlook): void {
  if (needed <= rows.key.length) return;
  const length = roomFor(needed, outlook);
  rows.key = grown(rows.key, length);
  rows.position = grown(rows.position, length);
  rows.handle = grown(rows.handle, length);
  rows.pairSize = grown(rows.pairSize, length);
}
