import type { Counted } from '../model/analysis.ts';
import { withoutRemainder } from '../tally/remainder.ts';
import { byWrites } from '../tally/sums.ts';

/** The same without what compaction left of older times: that says what is kept, not who writes. Of Helm's releases all is what is kept. */
export function sinceCompaction(counted: Counted): Counted {
  const { totals, prefixes, topKeys, abouts, events, chosen } = counted;
  return {
    ...counted,
    totals: withoutRemainder(totals),
    prefixes: prefixes.map(withoutRemainder).toSorted(byWrites(({ prefix }) => prefix)),
    topKeys: topKeys.map(withoutRemainder),
    abouts: abouts.map((about) => ({ ...withoutRemainder(about), byPrefix: about.byPrefix.map(withoutRemainder) })),
    events: events.map(withoutRemainder),
    chosen: chosen.map(({ count, chosenFor }) => ({ count: withoutRemainder(count), chosenFor })),
  };
}
