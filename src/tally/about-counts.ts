import type { AboutCount, AboutEdge } from '../model/analysis.ts';
import { refId } from '../model/resource.ts';
import { referenceOf } from '../objects/identify/references.ts';
import { createBest } from './best.ts';
import { forEachKey } from './key-counts.ts';
import { directoryOfReference } from './key-of-reference.ts';
import type { MergedTally } from './merge-shards.ts';
import { valueAt } from './packed.ts';
import { addKey, byWrites, noCounts, type Sum } from './sums.ts';

/**
 * What is about each object, by prefix; and which of those objects are about something themselves. Of many objects only
 * the `kept` with most writes under them are named: the others' writes count to the nearest one above that is, so that
 * what is named is complete.
 */
export function aboutCounts(tally: MergedTally, kept = 4_000): { abouts: AboutCount[]; edges: AboutEdge[] } {
  const parents = parentsOf(tally);
  const named = mostWritten(tally, parents, kept);
  /** The nearest named object from here upwards; -1 for none. */
  const home = parents.map((_, about) => {
    let at = about;
    while (at !== -1 && !named.has(at)) at = parents[at]!;
    return at;
  });
  const sums = new Map(
    [...named].map((about) => [
      about,
      { ...noCounts(), names: 0, byPrefix: new Map<number, Sum & { names: number }>() },
    ]),
  );
  forEachKey(tally, ({ tally: { columns } }, local) => {
    const about = columns.about[local]!;
    const sum = about === 0 ? undefined : sums.get(home[about - 1]!);
    if (!sum) return;
    addKey(sum, columns, local, tally.compactRevision);
    sum.names++;
    const prefix = valueAt(columns.prefix, local);
    let part = sum.byPrefix.get(prefix);
    if (!part) sum.byPrefix.set(prefix, (part = { ...noCounts(), names: 0 }));
    addKey(part, columns, local, tally.compactRevision);
    part.names++;
  });
  const refs = new Map([...named].map((about) => [about, referenceOf(tally.abouts.bytesOf(about))]));
  const abouts = [...sums]
    .map(([about, { byPrefix, ...counts }]) => ({
      about: refs.get(about)!,
      ...counts,
      byPrefix: [...byPrefix]
        .map(([prefix, part]) => ({ prefix: tally.prefixes[prefix]!, ...part }))
        .sort(byWrites(({ prefix }) => prefix)),
    }))
    .sort(byWrites(({ about }) => refId(about)));
  const edges = [...named].flatMap((about) => {
    const parent = parents[about]!;
    return parent === -1 ? [] : [{ from: refs.get(about)!, to: refs.get(parent)! }];
  });
  return { abouts, edges };
}

/** Writes of the keys that name each object as what they are about. */
export function writesAbout(tally: MergedTally): Float64Array {
  const writes = new Float64Array(tally.abouts.count);
  forEachKey(tally, ({ tally: { columns } }, local) => {
    const about = columns.about[local]!;
    if (about > 0) writes[about - 1]! += valueAt(columns.writes, local);
  });
  return writes;
}

/** The objects with most writes under them. */
function mostWritten(tally: MergedTally, parents: Int32Array, kept: number): Set<number> {
  const direct = writesAbout(tally);
  const inclusive = direct.slice();
  for (let about = 0; about < parents.length; about++) {
    for (let at = parents[about]!; at !== -1; at = parents[at]!) inclusive[at]! += direct[about]!;
  }
  const best = createBest<number>(kept, (a, b) => inclusive[b]! - inclusive[a]! || tally.abouts.compare(a, b));
  for (let about = 0; about < parents.length; about++) if (inclusive[about]! > 0) best.offer(about);
  return new Set(best.sorted());
}

/** Per object the one it is about itself, found by looking its key up; -1 for none. Circles are cut. */
function parentsOf({ shards, prefixes, abouts }: MergedTally): Int32Array {
  const parents = new Int32Array(abouts.count).fill(-1);
  // The first shard that met a key holds its counts.
  for (const { keys, tally: shard } of shards.toReversed()) {
    const find = keys.finderFor(abouts.columns(), directoryOfReference(prefixes));
    for (let about = 0; about < abouts.count; about++) {
      const local = find(about);
      if (local !== undefined) parents[about] = shard.columns.about[local]! - 1;
    }
  }
  cutCircles(parents);
  return parents;
}

/** Frees every object of a circle from its parent, so that the result does not depend on where one begins. */
function cutCircles(parents: Int32Array): void {
  /** 0 for not met yet, else the number of the walk that met it. */
  const metBy = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let at = start;
    while (at !== -1 && metBy[at] === 0) {
      metBy[at] = start + 1;
      at = parents[at]!;
    }
    // Back at an object of this very walk: from here on it is a circle.
    while (at !== -1 && metBy[at] === start + 1) {
      const next = parents[at]!;
      parents[at] = -1;
      at = next;
    }
  }
}
