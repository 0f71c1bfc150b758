import type { Encoding } from '../model/object.ts';
import type { Revision } from '../model/write.ts';
import { forEachChange, position, type LoggedChange } from './change-log.ts';
import { encodings } from './key-columns.ts';
import { mergedId, type MergedShard, type MergedTally } from './merge-shards.ts';

export interface SampledChange {
  readonly revision: Revision;
  readonly key: Uint8Array;
  /** Of the key's first value. */
  readonly encoding: Encoding;
  /** Where it lies, as in WriteBatch. */
  readonly handle: number;
  readonly pairSize: number;
}

/**
 * The first `perSlice` changes of each of so many equal slices of the revisions, in revision order: the same ones
 * whatever the order in which the threads met them.
 */
export function* sampleChanges(tally: MergedTally, slices: number, perSlice: number): Generator<SampledChange[]> {
  const { first, last } = tally.revisions.bounds();
  const width = Math.max(1, (last + 1 - first) / slices);
  // Slot s * perSlice + i is the i-th change of slice s.
  const at = new Float64Array(slices * perSlice).fill(Infinity);
  const changes: (LoggedChange & { readonly shard: MergedShard })[] = [];
  for (const shard of tally.shards) {
    forEachChange(shard.tally.changes, (change) => {
      const place = position(change.revision, change.sub);
      const start = Math.min(slices - 1, Math.floor((change.revision - first) / width)) * perSlice;
      let slot = start + perSlice - 1;
      if (place >= at[slot]!) return;
      for (; slot > start && place < at[slot - 1]!; slot--) {
        at[slot] = at[slot - 1]!;
        changes[slot] = changes[slot - 1]!;
      }
      at[slot] = place;
      changes[slot] = { ...change, shard };
    });
  }
  for (let slice = 0; slice < slices; slice++) {
    const sampled: SampledChange[] = [];
    for (let slot = slice * perSlice; slot < (slice + 1) * perSlice && at[slot] !== Infinity; slot++)
      sampled.push(sampledChange(tally, changes[slot]!));
    if (sampled.length > 0) yield sampled;
  }
}

function sampledChange(
  { locate }: MergedTally,
  { shard, key, revision, handle, pairSize }: LoggedChange & { readonly shard: MergedShard },
): SampledChange {
  const { shard: home, local } = locate(mergedId(shard, key));
  const encoding = encodings[home.tally.columns.encoding[local]!]!;
  return { revision, key: shard.keys.bytesOf(key), encoding, handle, pairSize };
}
