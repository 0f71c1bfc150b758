import type { ClockAnchor } from '../model/analysis.ts';
import type { Millis, Revision } from '../model/write.ts';
import { firstRevision } from './key-columns.ts';
import { mergedId, type MergedTally } from './merge-shards.ts';
import { timeEvery } from './value-times.ts';

/** More tell the time no closer. */
const enough = 32_768;

/**
 * When keys' first values were written, as these say. What a shard took for a key's first value and is not is left out; of
 * very many those are kept whose revision a power of two divides, which does not depend on who scanned what.
 */
export function firstValueTimes(tally: MergedTally): ClockAnchor[] {
  let all = 0;
  forEachFirst(tally, () => all++);
  const stride = 2 ** Math.ceil(Math.log2(Math.max(timeEvery, (timeEvery * all) / enough)));
  const anchors: ClockAnchor[] = [];
  forEachFirst(tally, (revision, at) => {
    if (revision % stride === 0) anchors.push({ revision, at });
  });
  return anchors;
}

function forEachFirst(tally: MergedTally, visit: (revision: Revision, at: Millis) => void): void {
  for (const shard of tally.shards) {
    const { count, key, revision, at } = shard.tally.times;
    for (let i = 0; i < count; i++) {
      const { shard: home, local } = tally.locate(mergedId(shard, key[i]!));
      if (firstRevision(home.tally.columns, local) === revision[i]) visit(revision[i]!, at[i]!);
    }
  }
}
