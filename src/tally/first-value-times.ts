import type { ClockAnchor } from '../model/analysis.ts';
import { firstRevision } from './key-columns.ts';
import { mergedId, type MergedTally } from './merge-shards.ts';

/** When keys' first values were written, as these say. What a shard took for a key's first value and is not is left out. */
export function firstValueTimes(tally: MergedTally): ClockAnchor[] {
  const anchors: ClockAnchor[] = [];
  for (const shard of tally.shards) {
    const { count, key, revision, at } = shard.tally.times;
    for (let i = 0; i < count; i++) {
      const { shard: home, local } = tally.locate(mergedId(shard, key[i]!));
      if (firstRevision(home.tally.columns, local) === revision[i])
        anchors.push({ revision: revision[i]!, at: at[i]! });
    }
  }
  return anchors;
}
