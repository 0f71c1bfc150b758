import type { ChurnReport } from '../schema.ts';
import { resourceName } from '../../model/resource.ts';
import { light } from './theme.ts';

/** Colours are given by rank, the same in every picture; all beyond the last share one. */
const otherRank = light.ranks.length - 1;

export interface Ranked {
  readonly rankOf: (prefix: string) => number;
  /** `pods`, or the prefix itself where it is not one of Kubernetes'; `all others` for "". */
  readonly nameOf: (prefix: string) => string;
}

export function rankedResources({ resources, timeline }: Pick<ChurnReport, 'resources' | 'timeline'>): Ranked {
  const prefixes = (timeline?.resources ?? resources).map(({ prefix }) => prefix).filter((prefix) => prefix !== '');
  const ranks = new Map(prefixes.slice(0, otherRank).map((prefix, rank) => [prefix, rank]));
  const names = new Map(resources.map((row) => [row.prefix, row.resource === '' ? row.prefix : resourceName(row)]));
  return {
    rankOf: (prefix) => ranks.get(prefix) ?? otherRank,
    nameOf: (prefix) => (prefix === '' ? 'all others' : (names.get(prefix) ?? prefix)),
  };
}

export interface Layer {
  readonly rank: number;
  readonly name: string;
  readonly writes: readonly number[];
}

/** One for each resource that has a rank of its own, and one for all others together where they hold a write. */
export function layersByRank(
  series: readonly { readonly prefix: string; readonly writes: readonly number[] }[],
  { rankOf, nameOf }: Ranked,
): Layer[] {
  const named = series.filter(({ prefix }) => rankOf(prefix) !== otherRank);
  const rest = series.filter(({ prefix }) => rankOf(prefix) === otherRank);
  const others = rest[0]?.writes.map((_, i) => rest.reduce((sum, { writes }) => sum + (writes[i] ?? 0), 0));
  return [
    ...named.map(({ prefix, writes }) => ({ rank: rankOf(prefix), name: nameOf(prefix), writes })),
    ...(others?.some((n) => n > 0) ? [{ rank: otherRank, name: nameOf(''), writes: others }] : []),
  ];
}
