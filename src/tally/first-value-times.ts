import type { ClockAnchor } from '../model/analysis.ts';
import type { MergedTally } from './merge-shards.ts';

/** When keys' first values were written, as these say. What a shard took for a key's first value and is not is left out. */
export function firstValueTimes(tally: MergedTally): ClockAnchor[] {
  return tally.shards.flatMap(({ tally: { anchors }, merged }) =>
    anchors.flatMap(({ key, position, at }) => {
      const { shard, local } = tally.locate(merged[key]!);
      return shard.tally.columns.first[local] === position ? [{ revision: Math.floor(position), at }] : [];
    }),
  );
}
