import { referenceOf } from '../objects/identify/references.ts';
import { parseKey } from '../objects/keys.ts';
import type { KeyCount } from '../model/counts.ts';
import type { KeyId } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';
import { createBest } from './best.ts';
import type { MergedTally } from './merge-shards.ts';
import type { Actor } from './shard-tally.ts';

/** Calls `visit` once per key, with its counts at `local` of the shard's columns. */
export function forEachKey(
  { shards }: MergedTally,
  visit: (shard: MergedTally['shards'][number], local: number, id: KeyId) => void,
): void {
  for (const shard of shards) {
    const count = shard.keys.count;
    for (let local = 0; local < count; local++) {
      if (shard.merged[local] === shard.base + local) visit(shard, local, shard.base + local);
    }
  }
}

export function keyCount(tally: MergedTally, id: KeyId): KeyCount {
  const { shard, local } = tally.locate(id);
  const columns = shard.tally.columns;
  const key = new TextDecoder().decode(shard.keys.bytesOf(local));
  const about = columns.about[local]!;
  const actor = columns.actor[local]!;
  const last = Math.floor(columns.last[local]!);
  const first = columns.first[local]!;
  return {
    id,
    key,
    resource: parseKey(key).resource,
    prefix: tally.prefixes[columns.prefix[local]!]!,
    writes: columns.writes[local]!,
    creates: columns.creates[local]!,
    deletes: columns.deletes[local]!,
    bytes: columns.bytes[local]!,
    maxBytes: columns.maxBytes[local]!,
    firstRevision: first === Infinity ? last : Math.floor(first),
    lastRevision: last,
    live: columns.live[local] === 1,
    about: about === 0 ? undefined : referenceOf(tally.abouts.bytesOf(about - 1)),
    writer: actor === 0 ? undefined : writerOf(tally.actors[actor - 1]!),
  };
}

/** A field manager, or an Event's reporter, is what the client called itself, and was read from one revision of the key. */
export function writerOf({ name }: Actor): Writer {
  return { name, kind: 'fieldManager', confidence: 'low' };
}

/** The `limit` keys with most writes, and no fewer than `atLeast`; among equals the lower key. */
export function topKeyIds(tally: MergedTally, limit: number, atLeast = 1): KeyId[] {
  const bytesOf = (id: KeyId): Uint8Array => {
    const { shard, local } = tally.locate(id);
    return shard.keys.bytesOf(local);
  };
  const best = createBest<{ id: KeyId; writes: number }>(
    limit,
    (a, b) => b.writes - a.writes || compareBytes(bytesOf(a.id), bytesOf(b.id)),
  );
  forEachKey(tally, ({ tally: { columns } }, local, id) => {
    const writes = columns.writes[local]!;
    // Told here, because most keys have few writes and need not be compared.
    if (writes >= atLeast && writes >= (best.worst()?.writes ?? 0)) best.offer({ id, writes });
  });
  return best.sorted().map(({ id }) => id);
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
