import type { PageSource } from '../../bbolt/page.ts';
import type { Observation } from '../../model/observation.ts';
import type { KeyId } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import { keyCount } from '../../tally/key-counts.ts';
import type { MergedTally } from '../../tally/merge-shards.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';

/** Where one change of a chosen key lies. */
export interface Place {
  readonly position: number;
  readonly handle: number;
  readonly pairSize: number;
}

export interface Reading {
  readonly clock: RevisionClock;
  /** Keeps digests of Secrets' values from being guessed. */
  readonly salt: string;
}

/** The places of the chosen keys' changes, each key's in revision order. */
export function placesOf(tally: MergedTally, chosen: Iterable<KeyId>): Map<KeyId, Place[]> {
  const places = new Map<KeyId, Place[]>([...chosen].map((id) => [id, []]));
  for (const {
    tally: { rows },
    merged,
  } of tally.shards) {
    for (let row = 0; row < rows.count; row++) {
      const of = places.get(merged[rows.key[row]!]!);
      of?.push({ position: rows.position[row]!, handle: rows.handle[row]!, pairSize: rows.pairSize[row]! });
    }
  }
  for (const of of places.values()) of.sort((a, b) => a.position - b.position);
  return places;
}

/** Reads and decodes a key's changes, at most `most` of them: then runs from its beginning, its middle and its end. */
export function observe(
  source: PageSource,
  tally: MergedTally,
  id: KeyId,
  places: readonly Place[],
  most: number,
  { clock, salt }: Reading,
): Observation[] {
  const { key } = keyCount(tally, id);
  let previous = -1;
  return spread(places.length, most).map((index) => {
    const { position, handle, pairSize } = places[index]!;
    const value = readValue(source, handle, pairSize);
    const gapBefore = previous !== -1 && index !== previous + 1;
    previous = index;
    const at = clock.timeOf(Math.floor(position));
    return {
      key: id,
      revision: Math.floor(position),
      object: value && decodeObject(value, key, salt),
      ...(at !== undefined && { at }),
      ...(gapBefore && { gapBefore }),
    };
  });
}

/** Indices of 0..count in at most four runs of neighbours, since only neighbours show what one change did. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const runs = 4;
  const run = Math.floor(most / runs);
  return Array.from({ length: runs }, (_, r) => Math.floor((r * (count - run)) / (runs - 1))).flatMap((from) =>
    Array.from({ length: run }, (_, i) => from + i),
  );
}
