import type { PageSource } from '../../bbolt/page.ts';
import type { ClockAnchor } from '../../model/analysis.ts';
import { decodeObject } from '../../objects/decode.ts';
import { statedTime } from '../../objects/stated-time.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import type { MergedTally } from '../../tally/merge-shards.ts';

/** Objects asked for the time in all; a clock of one-second resolution gains nothing from more. */
const sampled = 1_000;

/**
 * What a sample of changes, evenly spread over the revisions, say of their own time. Creations alone are no clock for a
 * window in which only existing objects are rewritten.
 */
export function sampleAnchors(source: PageSource, tally: MergedTally, salt: string): ClockAnchor[] {
  const { first, last } = tally.revisions.bounds();
  const stride = Math.max(1, (last - first) / sampled);
  const taken = new Map<number, ClockAnchor>();
  let tries = sampled * 8;
  for (const {
    tally: { rows },
    keys,
  } of tally.shards) {
    for (let row = 0; row < rows.count; row++) {
      const revision = Math.floor(rows.position[row]!);
      const bucket = Math.floor((revision - first) / stride);
      if (taken.has(bucket) || tries === 0) continue;
      tries--;
      const value = readValue(source, rows.handle[row]!, rows.pairSize[row]!);
      if (value === undefined) continue;
      const object = decodeObject(value, new TextDecoder().decode(keys.bytesOf(rows.key[row]!)), salt);
      const at = statedTime(object);
      if (at !== undefined) taken.set(bucket, { revision, at });
    }
  }
  return [...taken.values()];
}
