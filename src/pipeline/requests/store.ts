import { keyFinder, prefixFinder, type KeyFinder, type PrefixOf } from '../../attribution/key-finder.ts';
import type { PageSource } from '../../bbolt/page.ts';
import type { Counted } from '../../model/analysis.ts';
import { retainedFrom } from '../../model/database.ts';
import type { KeyId, Millis, Revision } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import type { MergedTally } from '../../tally/merge-shards.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';
import type { KeyReading } from '../offline/read-plan.ts';

/** Writes that requests are to be laid beside. */
export interface CountedStore {
  readonly source: PageSource;
  readonly tally: MergedTally;
  readonly clock: RevisionClock;
  readonly counted: Counted;
  /** What is going to be read of the chosen keys. */
  readonly keys: readonly KeyReading[];
}

/** What the store can say about a request while it is read. */
export interface StoreFacts {
  readonly prefixOf: PrefixOf;
  readonly find: KeyFinder;
  /** Revisions that compaction left whole: from the first one after it to the last. */
  readonly retained: { readonly from: Revision; readonly to: Revision };
  /** When those were, by the clock of the store; undefined without one. */
  readonly window: { readonly from: Millis; readonly to: Millis } | undefined;
  /** All revisions of a key, where they are known. */
  readonly revisionsOf: (key: KeyId) => ReadonlySet<Revision> | undefined;
  /** Uids that a key's object had, for some of the keys. */
  readonly uidsOf: (key: KeyId) => ReadonlySet<string> | undefined;
}

export function storeFacts({ source, tally, clock, counted, keys }: CountedStore): StoreFacts {
  const retained = {
    from: retainedFrom(counted.source),
    to: Math.max(...counted.source.map(({ toRevision }) => toRevision)),
  };
  const [from, to] = [clock.timeOf(retained.from), clock.timeOf(retained.to)];
  const prefixOf = prefixFinder(counted.prefixes);
  const whole = new Map<KeyId, ReadonlySet<Revision>>();
  for (const { id, revision, gapBefore } of keys) if (!gapBefore.includes(1)) whole.set(id, new Set(revision));
  return {
    prefixOf,
    find: keyFinder(prefixOf, (key) => tally.find(key)),
    retained,
    window: from === undefined || to === undefined ? undefined : { from, to },
    revisionsOf: (id) => whole.get(id),
    uidsOf: uidReader(source, keys),
  };
}

/** Enough to tell two clusters apart. */
const mostKeysRead = 200;

/** Reads the first value and the last of a key that is asked for, of so many keys at most. */
function uidReader(source: PageSource, keys: readonly KeyReading[]): StoreFacts['uidsOf'] {
  const readings = new Map(keys.map((reading) => [reading.id, reading]));
  const known = new Map<KeyId, ReadonlySet<string>>();
  return (id) => {
    const met = known.get(id);
    const reading = readings.get(id);
    if (met || !reading || known.size >= mostKeysRead) return met;
    const uids = [0, reading.revision.length - 1].flatMap((i) => {
      const value = readValue(source, reading.handle[i]!, reading.pairSize[i]!);
      return (value && decodeObject(value, reading.key).uid) ?? [];
    });
    const set = new Set(uids);
    known.set(id, set);
    return set;
  };
}
