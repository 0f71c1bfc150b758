import type { Encoding } from '../model/object.ts';
import type { Revision } from '../model/write.ts';
import type { MergedTally } from './merge-shards.ts';
import { encodings } from './shard-tally.ts';

export interface SampledChange {
  readonly revision: Revision;
  readonly key: Uint8Array;
  /** Of the key's first value. */
  readonly encoding: Encoding;
  /** Where it lies, as in RowColumns. */
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
  // Slot s * perSlice + i is the i-th change of slice s; `row` counts through all shards.
  const position = new Float64Array(slices * perSlice).fill(Infinity);
  const row = new Float64Array(slices * perSlice);
  let base = 0;
  for (const { tally: shard } of tally.shards) {
    const { count, position: at } = shard.rows;
    for (let i = 0; i < count; i++) {
      const slice = Math.min(slices - 1, Math.floor((Math.floor(at[i]!) - first) / width));
      const start = slice * perSlice;
      let slot = start + perSlice - 1;
      if (at[i]! >= position[slot]!) continue;
      for (; slot > start && at[i]! < position[slot - 1]!; slot--) {
        position[slot] = position[slot - 1]!;
        row[slot] = row[slot - 1]!;
      }
      position[slot] = at[i]!;
      row[slot] = base + i;
    }
    base += count;
  }
  for (let slice = 0; slice < slices; slice++) {
    const changes: SampledChange[] = [];
    for (let slot = slice * perSlice; slot < (slice + 1) * perSlice && position[slot] !== Infinity; slot++)
      changes.push(changeAt(tally, row[slot]!));
    if (changes.length > 0) yield changes;
  }
}

function changeAt({ shards, locate }: MergedTally, index: number): SampledChange {
  let row = index;
  let nth = 0;
  while (row >= shards[nth]!.tally.rows.count) row -= shards[nth++]!.tally.rows.count;
  const {
    tally: { rows },
    keys,
    merged,
  } = shards[nth]!;
  const { shard: home, local } = locate(merged[rows.key[row]!]!);
  return {
    revision: Math.floor(rows.position[row]!),
    key: keys.bytesOf(rows.key[row]!),
    encoding: encodings[home.tally.columns.encoding[local]!]!,
    handle: rows.handle[row]!,
    pairSize: rows.pairSize[row]!,
  };
}
