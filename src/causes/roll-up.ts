import type { AboutCount, Counted } from '../model/analysis.ts';
import type { Counts, Extent, OwnerCount } from '../model/counts.ts';
import type { ObjectRef } from '../model/resource.ts';
import { refId } from '../model/resource.ts';
import type { AboutGraph } from './about-graph.ts';
import { aboutGraph } from './about-graph.ts';

/** Writes of one prefix that are about an object, straight or through others. */
export interface PrefixShare extends Counts {
  readonly prefix: string;
  /** Distinct keys. */
  readonly names: number;
}

export interface Causes extends AboutGraph {
  /** Everything about an object, straight or through a chain, each key once, by prefix, most writes first. Its own key is not among it. */
  consequencesOf(ref: ObjectRef): readonly PrefixShare[];
  /** Whether a chain from one of these kinds leads to the object. */
  hasWorkloadBelow(ref: ObjectRef, kinds: ReadonlySet<string>): boolean;
  /** When those writes began and ended, where known. */
  extentOf(ref: ObjectRef): Extent;
  /** Every object something is about, with all of it; most writes first, then by name. */
  ownersOf(): readonly OwnerCount[];
}

/** Follows what each key is about up to its root, so that an object answers for all it set off. */
export function rollUp(counted: Pick<Counted, 'abouts' | 'edges'>): Causes {
  const graph = aboutGraph(counted.edges);
  const under = new Map<string, { readonly ref: ObjectRef; readonly counts: AboutCount[] }>();
  for (const count of counted.abouts) {
    for (const ref of [count.about, ...graph.ancestors(count.about)]) {
      const id = refId(ref);
      const node = under.get(id);
      if (node) node.counts.push(count);
      else under.set(id, { ref, counts: [count] });
    }
  }
  const countsOf = (ref: ObjectRef): readonly AboutCount[] => under.get(refId(ref))?.counts ?? [];
  return {
    ...graph,
    consequencesOf: (ref) => byPrefix(countsOf(ref)),
    hasWorkloadBelow: (ref, kinds) => {
      const id = refId(ref);
      return countsOf(ref).some(
        ({ about }) => refId(about) !== id && [about, ...graph.ancestors(about)].some((each) => kinds.has(each.kind)),
      );
    },
    extentOf: (ref) => extent(countsOf(ref)),
    ownersOf: () =>
      [...under.values()]
        .map(({ ref, counts }) => ({ owner: ref, ...counts.reduce(plus, nothing) }))
        .sort((a, b) => b.writes - a.writes || (refId(a.owner) < refId(b.owner) ? -1 : 1)),
  };
}

const nothing = { writes: 0, creates: 0, deletes: 0, bytes: 0, names: 0 };

function plus(
  sum: Counts & { readonly names: number },
  more: Counts & { readonly names: number },
): Counts & { readonly names: number } {
  return {
    writes: sum.writes + more.writes,
    creates: sum.creates + more.creates,
    deletes: sum.deletes + more.deletes,
    bytes: sum.bytes + more.bytes,
    names: sum.names + more.names,
  };
}

function byPrefix(counts: readonly AboutCount[]): PrefixShare[] {
  const shares = new Map<string, PrefixShare>();
  for (const count of counts) {
    for (const part of count.byPrefix) {
      shares.set(part.prefix, { prefix: part.prefix, ...plus(shares.get(part.prefix) ?? nothing, part) });
    }
  }
  return [...shares.values()].sort((a, b) => b.writes - a.writes || (a.prefix < b.prefix ? -1 : 1));
}

function extent(counts: readonly AboutCount[]): Extent {
  const firsts = counts.flatMap(({ firstRevision }) => firstRevision ?? []);
  const lasts = counts.flatMap(({ lastRevision }) => lastRevision ?? []);
  if (firsts.length === 0 || lasts.length === 0) return {};
  return {
    firstRevision: firsts.reduce((a, b) => Math.min(a, b)),
    lastRevision: lasts.reduce((a, b) => Math.max(a, b)),
  };
}
