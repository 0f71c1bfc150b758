import type { NamedWriter } from '../../attribution/name-writers.ts';
import type { KeyId, Revision } from '../../model/write.ts';
import type { Choice } from '../../tally/choose-keys.ts';
import { keyCount } from '../../tally/key-counts.ts';
import { mergedId, type MergedTally } from '../../tally/merge-shards.ts';
import { forEachChange, position } from '../../tally/change-log.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';

/** One key's changes to be read, in revision order; can be cloned to a thread. */
export interface KeyReading {
  readonly id: KeyId;
  readonly key: string;
  readonly revision: Float64Array;
  /** NaN where no time is known. */
  readonly at: Float64Array;
  /** Where the value lies, as in WriteBatch. */
  readonly handle: Float64Array;
  readonly pairSize: Uint32Array;
  /** 1 where changes of the key before this one are not read. */
  readonly gapBefore: Uint8Array;
  /** Who made which revision, where a Request was joined. */
  readonly writers?: ReadonlyMap<Revision, NamedWriter>;
}

/** What a thread needs to read its part of the chosen keys; can be cloned to it. */
export interface ReadPlan {
  readonly file: string;
  /** Keeps digests of Secrets' values from being guessed. */
  readonly salt: string;
  readonly keys: readonly KeyReading[];
  /** Shared: the next key that no thread has taken. */
  readonly nextKey: Int32Array;
}

/** Where the chosen keys' changes lie and when they happened. */
export function planReading(
  tally: MergedTally,
  chosen: ReadonlyMap<KeyId, Choice>,
  clock: RevisionClock,
): readonly KeyReading[] {
  return [...placesOf(tally, chosen)].map(([id, places]) => {
    const { key } = keyCount(tally, id);
    const read = spread(places.length, chosen.get(id)!.revisions);
    const at = (index: number): Place => places[index]!;
    const revision = Float64Array.from(read, (index) => Math.floor(at(index).position));
    return {
      id,
      key,
      revision,
      at: revision.map((each) => clock.timeOf(each) ?? NaN),
      handle: Float64Array.from(read, (index) => at(index).handle),
      pairSize: Uint32Array.from(read, (index) => at(index).pairSize),
      gapBefore: Uint8Array.from(read, (index, i) => (i > 0 && read[i - 1] !== index - 1 ? 1 : 0)),
    };
  });
}

interface Place {
  readonly position: number;
  readonly handle: number;
  readonly pairSize: number;
}

/** The places of the chosen keys' changes, each key's in revision order, longest first so that no thread ends with one. */
function placesOf(tally: MergedTally, chosen: ReadonlyMap<KeyId, Choice>): Map<KeyId, Place[]> {
  const longestFirst = [...chosen].sort(([, a], [, b]) => b.revisions - a.revisions).map(([id]) => id);
  const places = new Map<KeyId, Place[]>(longestFirst.map((id) => [id, []]));
  for (const shard of tally.shards) {
    const { count } = shard.keys;
    // Most changes are of other keys: told by one look instead of a Map's.
    const isChosen = new Uint8Array(count);
    for (let local = 0; local < count; local++) if (chosen.has(mergedId(shard, local))) isChosen[local] = 1;
    forEachChange(shard.tally.changes, ({ key, revision, sub, handle, pairSize }) => {
      if (isChosen[key] === 0) return;
      places.get(mergedId(shard, key))!.push({ position: position(revision, sub), handle, pairSize });
    });
  }
  for (const of of places.values()) of.sort((a, b) => a.position - b.position);
  return places;
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
