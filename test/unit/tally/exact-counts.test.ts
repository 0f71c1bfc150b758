import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseKey } from '../../../src/objects/keys.ts';
import { timelineOf } from '../../../src/tally/timeline.ts';
import { mergeCarved } from '../../../src/tally/carved-tally.ts';
import { aboutCounts } from '../../../src/tally/about-counts.ts';
import { chooseKeys, defaultChoice, type Choice } from '../../../src/tally/choose-keys.ts';
import { keyCount, topKeyIds } from '../../../src/tally/key-counts.ts';
import { mergeShards, type MergedTally } from '../../../src/tally/merge-shards.ts';
import { tallyTotals } from '../../../src/tally/totals.ts';
import { anchorsOf } from '../../../src/tally/value-times.ts';
import { seeded } from '../../incidents/seeded.ts';
import { bboltFile, type Layout, type Row } from '../bbolt/bbolt-file.ts';
import { countFile } from '../bbolt/count-file.ts';
import { opened } from '../bbolt/opened.ts';
import { anyRows } from '../bbolt/rows.ts';
import { truthOf, type KeyTruth } from '../bbolt/truth.ts';

/** Pages anywhere, with room between them so that the file has several pieces and leaves reach across their borders. */
const layouts = (spread: fc.Arbitrary<boolean>) =>
  fc
    .record({
      seed: fc.nat(),
      shuffled: fc.boolean(),
      wide: spread,
      rowsPerLeaf: fc.integer({ min: 1, max: 9 }),
      fanOut: fc.integer({ min: 2, max: 5 }),
      inlineMeta: fc.boolean(),
      hash: fc.boolean(),
    })
    .map(({ seed, shuffled, wide, ...rest }): Layout => {
      const random = seeded(seed);
      const places = Array.from({ length: 1_000 }, () => random.next());
      return {
        ...rest,
        ...(shuffled && { order: (page: number) => places[page % 1_000]! }),
        ...(wide && { gap: (nth: number) => (nth % 4 === 1 ? random.below(1_030) : random.below(3)) }),
      };
    });

const anyLayout = layouts(fc.nat(3).map((of) => of === 0));
const anySharding = fc.record({ shards: fc.integer({ min: 1, max: 4 }), seed: fc.integer(), order: fc.nat() });

function counted(
  rows: readonly Row[],
  layout: Layout,
  { shards, seed, order }: { shards: number; seed: number; order: number },
  compactRevision = 0,
) {
  const random = seeded(order);
  const { bytes } = bboltFile(rows, layout);
  const file = countFile(opened(bytes, { hash: layout.hash ?? false }), {
    shards,
    seed,
    turn: (among) => random.below(among),
  });
  return { ...file, tally: mergeShards(file.tallies, compactRevision) };
}

/** As etcd compacts: at and below the revision the last change of each key stays, unless it is a deletion. */
function compacted(rows: readonly Row[], compactRevision: number): { left: Row[]; since: Row[] } {
  const nameOf = ({ key }: Row): string => new TextDecoder('latin1').decode(key);
  const older = rows.filter(({ revision }) => revision <= compactRevision);
  const last = new Map(older.map((row) => [nameOf(row), row]));
  return {
    left: older.filter((row) => last.get(nameOf(row)) === row && row.value !== undefined),
    since: rows.filter(({ revision }) => revision > compactRevision),
  };
}

function keysOf(tally: MergedTally): KeyTruth[] {
  return topKeyIds(tally, Infinity).map((id) => {
    const { key, prefix, writes, creates, deletes, bytes, maxBytes, lastRevision, live } = keyCount(tally, id);
    return { key, prefix, writes, creates, deletes, bytes, maxBytes, lastRevision, live };
  });
}

const sum = (keys: readonly KeyTruth[], of: (key: KeyTruth) => number): number =>
  keys.reduce((total, key) => total + of(key), 0);
const totalsOf = (keys: readonly KeyTruth[]) => ({
  writes: sum(keys, ({ writes }) => writes),
  creates: sum(keys, ({ creates }) => creates),
  deletes: sum(keys, ({ deletes }) => deletes),
  bytes: sum(keys, ({ bytes }) => bytes),
  keys: keys.length,
});

describe('the counts of a database file', () => {
  it('are exactly those of its rows, whatever the order of its pages and whoever scans which piece', () => {
    fc.assert(
      fc.property(anyRows, anyLayout, anySharding, (rows, layout, sharding) => {
        const { tally, facts, outcomes } = counted(rows, layout, sharding);
        const truth = truthOf(rows);
        expect(facts.damage).toEqual([]);
        expect(outcomes.every(({ damagedPages, damagedElements }) => damagedPages === 0 && damagedElements === 0)).toBe(
          true,
        );
        expect(keysOf(tally)).toEqual(truth);

        const { totals, prefixes } = tallyTotals(tally);
        expect(totals).toEqual({ ...totalsOf(truth), revisions: new Set(rows.map(({ revision }) => revision)).size });
        const byPrefix = Map.groupBy(truth, ({ prefix }) => prefix);
        expect(
          new Map(
            prefixes.map(({ prefix, writes, creates, deletes, bytes, keys, liveKeys }) => [
              prefix,
              { writes, creates, deletes, bytes, keys, liveKeys },
            ]),
          ),
        ).toEqual(
          new Map(
            [...byPrefix].map(([prefix, keys]) => [
              prefix,
              { ...totalsOf(keys), liveKeys: keys.filter(({ live }) => live).length },
            ]),
          ),
        );
        expect(tally.revisions.bounds()).toEqual({ first: rows[0]?.revision ?? 0, last: rows.at(-1)?.revision ?? 0 });
      }),
      { numRuns: 20, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('lie in the right slice of the window, each under its prefix or under the rest', () => {
    fc.assert(
      fc.property(anyRows, anyLayout, anySharding, (rows, layout, sharding) => {
        const timeline = timelineOf(counted(rows, layout, sharding).tally);
        if (rows.length === 0) return expect(timeline).toBeUndefined();
        const { edges, prefixes } = timeline!;
        const named = new Set(prefixes.map(({ prefix }) => prefix));
        for (const { prefix, writes } of prefixes) {
          const expected = writes.map(
            (_, bin) =>
              rows.filter(({ key, revision }) => {
                const under = parseKey(new TextDecoder('latin1').decode(key)).prefix;
                return (
                  (named.has(under) ? under : '') === prefix && revision >= edges[bin]! && revision < edges[bin + 1]!
                );
              }).length,
          );
          expect({ prefix, writes }).toEqual({ prefix, writes: expected });
        }
        return expect(prefixes.flatMap(({ writes }) => writes).reduce((all, writes) => all + writes, 0)).toBe(
          rows.length,
        );
      }),
      { numRuns: 20, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('keep apart what compaction left of older times, and out of the window', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(120), anyLayout, anySharding, (rows, cut, layout, sharding) => {
        const compactRevision = rows[cut]?.revision ?? rows.at(-1)?.revision ?? 0;
        const { left, since } = compacted(rows, compactRevision);
        const { tally } = counted([...left, ...since], layout, sharding, compactRevision);
        const { writes = 0, creates = 0, deletes = 0 } = tallyTotals(tally).totals.remainder ?? {};
        expect({ writes, creates, deletes }).toEqual({
          writes: left.length,
          creates: left.filter(({ version }) => version === 1).length,
          deletes: 0,
        });
        const { edges = [], prefixes = [] } = timelineOf(tally) ?? {};
        expect(prefixes.flatMap(({ writes: inBins }) => inBins).reduce((all, inBin) => all + inBin, 0)).toBe(
          since.length,
        );
        if (since.length > 0) expect(edges[0]).toBeGreaterThan(compactRevision);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('keep what lies in free pages apart, and count each change there once', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(120), anyLayout, anySharding, (rows, cut, layout, sharding) => {
        const border = rows[cut]?.revision ?? Infinity;
        const erased = rows.filter(({ revision }) => revision < border);
        const kept = rows.filter(({ revision }) => revision >= border);
        // Free pages hold what was erased, twice, and old copies of what still lives.
        const freed = [
          erased.slice(0, 30),
          erased.slice(20, 60),
          erased.slice(60),
          erased.slice(0, 30),
          kept.slice(0, 9),
        ];
        const { tally, carved } = counted(kept, { ...layout, freed }, sharding);
        expect(keysOf(tally)).toEqual(truthOf(kept));

        const found = mergeCarved(carved, tally.revisions);
        expect(found).toMatchObject({
          writes: erased.length,
          fromRevision: erased[0]?.revision ?? null,
          toRevision: erased.at(-1)?.revision ?? null,
        });
        const byPrefix = Map.groupBy(truthOf(erased), ({ prefix }) => prefix);
        expect(new Map(found.resources.map(({ prefix, writes }) => [prefix, writes]))).toEqual(
          new Map([...byPrefix].map(([prefix, keys]) => [prefix, sum(keys, ({ writes }) => writes)])),
        );
      }),
      { numRuns: 20, interruptAfterTimeLimit: 10_000 },
    );
  });

  it('hold for a leaf that begins in one piece of 4 MiB and ends in the next, or in the one after that', () => {
    const big = (revision: number, size: number): Row => ({
      ...{ revision, sub: 0, key: new TextEncoder().encode(`/registry/configmaps/a/big-${revision}`) },
      ...{ value: new Uint8Array(size), version: 1, lease: 0 },
    });
    const rows = [big(2, 30_000), big(3, 6 << 20), big(4, 100), big(5, 2 << 20)];
    for (let before = 1_010; before < 1_030; before += 3) {
      const { tally, outcomes } = counted(
        rows,
        { rowsPerLeaf: 1, gap: (nth) => (nth === 0 ? before : 0) },
        { shards: 2, seed: before, order: before },
      );
      expect(keysOf(tally)).toEqual(truthOf(rows));
      expect(outcomes.every(({ damagedPages }) => damagedPages === 0)).toBe(true);
    }
  });

  it('and whatever else is told of the keys do not depend on how many shards counted', () => {
    const limits = { ...defaultChoice, ranked: 5, perPrefix: 2, revisions: 30 };
    fc.assert(
      fc.property(anyRows, layouts(fc.constant(true)), anySharding, anySharding, (rows, layout, one, other) => {
        const [a, b] = [one, other].map((sharding) => {
          const { tally } = counted(rows, layout, sharding);
          const toRead = [...chooseKeys(tally, limits)].map(([id, choice]): [string, Choice] => [
            keyCount(tally, id).key,
            choice,
          ]);
          return {
            ...tallyTotals(tally),
            ...withoutUids(aboutCounts(tally)),
            keys: keysOf(tally),
            toRead: new Map(toRead),
            times: timesOf(tally),
          };
        });
        expect(a).toEqual(b);
      }),
      { numRuns: 20, interruptAfterTimeLimit: 10_000 },
    );
  });
});

/** What the revision clock is made from. */
function timesOf(tally: MergedTally) {
  return tally.shards
    .flatMap(({ tally: { times } }) => anchorsOf(times))
    .toSorted((a, b) => a.revision - b.revision || a.at - b.at);
}

/** Which of its uids an owner is shown with says nothing. */
function withoutUids<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (name, part: unknown) => (name === 'uid' ? undefined : part)));
}
