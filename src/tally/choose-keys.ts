import type { ChosenFor } from '../model/analysis.ts';
import type { KeyId } from '../model/write.ts';
import { writesAbout } from './about-counts.ts';
import { createBest } from './best.ts';
import { forEachKey, topKeyIds } from './key-counts.ts';
import { valueAt } from './packed.ts';
import type { MergedTally } from './merge-shards.ts';

export interface ChoiceLimits {
  /** Keys by rank at most, and how many writes one must have: fewer prove no loop. */
  readonly ranked: number;
  readonly rankedFrom: number;
  /** Sampled keys of each prefix, and of each of the objects that most is about. */
  readonly perPrefix: number;
  readonly perOwner: number;
  readonly owners: number;
  /** Revisions to decode in all: the samples' first, then by rank until they are spent. */
  readonly revisions: number;
  /** Revisions of one key at most, and of one that is only a sample; whom they accuse is read in full afterwards. */
  readonly perKey: number;
  readonly perSample: number;
  /** Prefixes whose keys are sampled but not chosen by rank: their many writes are as they should be. */
  readonly sampledOnly: (prefix: string) => boolean;
  /** Of those, prefixes whose busiest keys are looked at all the same, a few revisions each: a second holder of a Lease shows at once. */
  readonly glimpsed: (prefix: string) => boolean;
  readonly glimpses: number;
  readonly perGlimpse: number;
}

export const defaultChoice: ChoiceLimits = {
  ranked: 2_000,
  rankedFrom: 6,
  perPrefix: 12,
  perOwner: 3,
  owners: 64,
  revisions: 5_000,
  perKey: 48,
  perSample: 48,
  sampledOnly: (prefix) => /\/(leases|masterleases|peerserverleases|events)$/.test(prefix),
  glimpsed: (prefix) => prefix.endsWith('/leases'),
  glimpses: 64,
  perGlimpse: 32,
};

/** For joining a log of requests, which takes longer than any reading and tells more of each key that was read. */
export const thoroughChoice: ChoiceLimits = { ...defaultChoice, revisions: 48_000, perKey: 16_000 };

/** The sample is the same in every run and whatever the threads did. */
const sampleSeed = 0x6b636875;

export interface Choice {
  readonly chosenFor: ChosenFor;
  /** How many of its revisions to read. */
  revisions: number;
}

/**
 * Which keys to read revision by revision: those with most writes, and a sample of every prefix and of the busiest
 * owners, because what is written under ever new names hides in the ranks.
 */
export function chooseKeys(tally: MergedTally, limits: ChoiceLimits): Map<KeyId, Choice> {
  const chosen = new Map<KeyId, Choice>();
  let left = limits.revisions;
  const choose = (id: KeyId, chosenFor: ChosenFor, most = limits.perKey): void => {
    const known = chosen.get(id);
    const revisions = Math.min(writesOf(tally, id), most);
    if (known && known.revisions >= revisions) return;
    chosen.set(id, { chosenFor: known?.chosenFor ?? chosenFor, revisions });
    left -= revisions - (known?.revisions ?? 0);
  };
  for (const [sample, reason] of samples(tally, limits)) for (const id of sample) choose(id, reason, limits.perSample);
  const top = topKeyIds(tally, limits.ranked, limits.rankedFrom);
  const glimpsed = top.filter((id) => limits.glimpsed(prefixOf(tally, id))).slice(0, limits.glimpses);
  for (const id of glimpsed) choose(id, 'rank', limits.perGlimpse);
  const ranked = top.filter((id) => !limits.sampledOnly(prefixOf(tally, id)) && !isLifecycle(tally, id));
  for (const id of ranked) if (left > 0) choose(id, 'rank');
  return chosen;
}

/** A pod or job that came, did its work and went: 5 to 8 writes. Their owner's rate tells, and the samples. */
function isLifecycle(tally: MergedTally, id: KeyId): boolean {
  const { shard, local } = tally.locate(id);
  const { creates, writes } = shard.tally.columns;
  // Created over and over under one name is another matter.
  const created = valueAt(creates, local);
  return created > 0 && created <= 2 && valueAt(writes, local) <= created * 8;
}

function writesOf(tally: MergedTally, id: KeyId): number {
  const { shard, local } = tally.locate(id);
  return valueAt(shard.tally.columns.writes, local);
}

function prefixOf(tally: MergedTally, id: KeyId): string {
  const { shard, local } = tally.locate(id);
  return tally.prefixes[valueAt(shard.tally.columns.prefix, local)]!;
}

function* samples(tally: MergedTally, limits: ChoiceLimits): Generator<[KeyId[], ChosenFor]> {
  const lowest = (limit: number) =>
    createBest<{ id: KeyId; lot: number }>(limit, (a, b) => a.lot - b.lot || a.id - b.id);
  /** Told before an object is made of it, because few of millions of keys are drawn. */
  const draw = (sample: ReturnType<typeof lowest> | undefined, id: KeyId, lot: number): void => {
    if (sample && lot <= (sample.worst()?.lot ?? Infinity)) sample.offer({ id, lot });
  };
  const byPrefix = tally.prefixes.map(() => lowest(limits.perPrefix));
  const writes = writesAbout(tally);
  const owners = createBest<number>(limits.owners, (a, b) => writes[b]! - writes[a]! || tally.abouts.compare(a, b));
  for (let about = 0; about < tally.abouts.count; about++) owners.offer(about);
  const byOwner = new Map(owners.sorted().map((about) => [about, lowest(limits.perOwner)]));

  forEachKey(tally, ({ tally: { columns }, keys }, local, id) => {
    const lot = keys.hashOf(local, sampleSeed);
    draw(byPrefix[valueAt(columns.prefix, local)], id, lot);
    draw(byOwner.get(columns.about[local]! - 1), id, lot);
  });
  for (const best of byPrefix) yield [best.sorted().map(({ id }) => id), 'prefix'];
  for (const best of byOwner.values()) yield [best.sorted().map(({ id }) => id), 'owner'];
}
