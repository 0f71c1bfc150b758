import type { PageSource } from '../../bbolt/page.ts';
import type { ClockAnchor } from '../../model/analysis.ts';
import { isOpaque } from '../../model/object.ts';
import { createIdentifier } from '../../objects/identify.ts';
import { parseKey } from '../../objects/keys.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import { createKeyTable } from '../../tally/key-table.ts';
import type { MergedTally } from '../../tally/merge-shards.ts';
import { sampleChanges } from '../../tally/sample-changes.ts';

/** Slices of the window that are asked for a time; a clock of one-second resolution gains nothing from more. */
const slices = 1_000;
/** Changes asked in a slice until one states a time: deletions and ConfigMaps written by old clients state none. */
const perSlice = 8;

/**
 * What a sample of changes, evenly spread over the revisions, say of their own time. Creations alone are no clock for a
 * window in which only existing objects are rewritten.
 */
export function sampleAnchors(source: PageSource, tally: MergedTally): ClockAnchor[] {
  const identifier = createIdentifier(createKeyTable(0));
  const text = new TextDecoder();
  const anchors: ClockAnchor[] = [];
  for (const slice of sampleChanges(tally, slices, perSlice)) {
    for (const { revision, handle, pairSize, key, encoding } of slice) {
      // A key whose first value could not be read: the others are not worth the reading.
      if (isOpaque(encoding)) continue;
      const value = readValue(source, handle, pairSize);
      const at = value && identifier.identify(value, 0, value.length, parseKey(text.decode(key)).prefix).at;
      if (at === undefined) continue;
      anchors.push({ revision, at });
      break;
    }
  }
  return anchors;
}
