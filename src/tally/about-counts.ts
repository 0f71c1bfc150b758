import { parseKey } from '../objects/keys.ts';
import { resourceOf } from '../objects/kinds.ts';
import type { AboutCount, AboutEdge } from '../model/analysis.ts';
import { refId } from '../model/resource.ts';
import { forEachKey } from './key-counts.ts';
import type { MergedTally } from './merge-shards.ts';
import { addKey, byWrites, noCounts, type Sum } from './totals.ts';

/** What is directly about each object, by prefix; and which of those objects are about something themselves. */
export function aboutCounts(tally: MergedTally): { abouts: AboutCount[]; edges: AboutEdge[] } {
  const sums = tally.abouts.map(() => ({ ...noCounts(), names: 0, byPrefix: new Map<number, Sum & { names: number }>() }));
  forEachKey(tally, ({ tally: { columns } }, local) => {
    const about = columns.about[local]!;
    if (about === 0) return;
    const sum = sums[about - 1]!;
    addKey(sum, columns, local);
    sum.names++;
    const prefix = columns.prefix[local]!;
    let part = sum.byPrefix.get(prefix);
    if (!part) sum.byPrefix.set(prefix, (part = { ...noCounts(), names: 0 }));
    addKey(part, columns, local);
    part.names++;
  });
  const abouts = sums
    .map(({ byPrefix, ...counts }, i) => ({
      about: tally.abouts[i]!,
      ...counts,
      byPrefix: [...byPrefix].map(([prefix, part]) => ({ prefix: tally.prefixes[prefix]!, ...part })).sort(byWrites(({ prefix }) => prefix)),
    }))
    .filter(({ writes }) => writes > 0)
    .sort(byWrites(({ about }) => refId(about)));
  return { abouts, edges: edges(tally) };
}

/** Looks each object that something is about up among the keys, for what that object is about in turn. */
function edges(tally: MergedTally): AboutEdge[] {
  const encoder = new TextEncoder();
  const found: AboutEdge[] = [];
  const prefixOf = new Map(tally.prefixes.map((prefix) => [resourceOfPrefix(prefix), prefix]));
  for (const from of tally.abouts) {
    const { group, resource } = resourceOf(from);
    const prefix = prefixOf.get(`${group}/${resource}`);
    if (prefix === undefined) continue;
    const key = from.namespace === undefined ? `${prefix}/${from.name}` : `${prefix}/${from.namespace}/${from.name}`;
    const id = tally.find(encoder.encode(key));
    if (id === undefined) continue;
    const { shard, local } = tally.locate(id);
    const about = shard.tally.columns.about[local]!;
    if (about !== 0) found.push({ from, to: tally.abouts[about - 1]! });
  }
  return found;
}

function resourceOfPrefix(prefix: string): string {
  const parsed = parseKey(`${prefix}/namespace/name`).resource;
  return `${parsed?.group ?? ''}/${parsed?.resource ?? ''}`;
}
