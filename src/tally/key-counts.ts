import { referenceOf } from '../objects/identify/references.ts';
import { parseKey } from '../objects/keys.ts';
import type { KeyCount } from '../model/counts.ts';
import type { KeyId } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';
import { createBest } from './best.ts';
import { compareBytes, type KeyTable } from './key-table.ts';
import type { MergedTally } from './merge-shards.ts';
import { valueAt } from './packed.ts';
import { addKey, noCounts } from './sums.ts';
import type { Actor } from './shard-tally.ts';

/** Calls `visit` once per key, with its counts at `local` of the shard's columns. */
export function forEachKey(
  { shards }: MergedTally,
  visit: (shard: MergedTally['shards'][number], local: number, id: KeyId) => void,
): void {
  for (const shard of shards) {
    const { keys, merged, base } = shard;
    const { count } = keys;
    for (let local = 0; local < count; local++) {
      if (merged === undefined || merged[local] === base + local) visit(shard, local, base + local);
    }
  }
}

export function keyCount(tally: MergedTally, id: KeyId): KeyCount {
  const { shard, local } = tally.locate(id);
  const columns = shard.tally.columns;
  const key = new TextDecoder().decode(shard.keys.bytesOf(local));
  const about = columns.about[local]!;
  const actor = valueAt(columns.actor, local);
  const counts = noCounts();
  addKey(counts, columns, local, tally.compactRevision);
  return {
    id,
    key,
    resource: parseKey(key).resource,
    prefix: tally.prefixes[valueAt(columns.prefix, local)]!,
    ...counts,
    maxBytes: columns.maxBytes[local]!,
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
  const best = createBest<{ id: KeyId; writes: number; keys: KeyTable; local: number }>(
    limit,
    (a, b) => b.writes - a.writes || compareKeys(a, b),
  );
  forEachKey(tally, ({ tally: { columns }, keys }, local, id) => {
    const writes = valueAt(columns.writes, local);
    // Told here, because most keys have few writes and need not be compared.
    if (writes >= atLeast && writes >= (best.worst()?.writes ?? 0)) best.offer({ id, writes, keys, local });
  });
  return best.sorted().map(({ id }) => id);
}

interface Located {
  readonly keys: KeyTable;
  readonly local: number;
}

/** By their bytes. */
function compareKeys(a: Located, b: Located): number {
  return a.keys === b.keys
    ? a.keys.compare(a.local, b.local)
    : compareBytes(a.keys.bytesOf(a.local), b.keys.bytesOf(b.local));
}
