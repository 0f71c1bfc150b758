import type { AboutEdge } from '../model/analysis.ts';
import type { ObjectRef } from '../model/resource.ts';
import { refId } from '../model/resource.ts';

/** Who is about whom, as a forest: each object has one parent at most and no chain returns to its start. */
export interface AboutGraph {
  /** Nearest first. */
  ancestors(ref: ObjectRef): readonly ObjectRef[];
}

/** The first edge of an object counts, in the order given; an edge that would close a circle is left out. */
export function aboutGraph(edges: readonly AboutEdge[]): AboutGraph {
  const parents = new Map<string, ObjectRef>();
  for (const { from, to } of edges) {
    const child = refId(from);
    if (parents.has(child) || leadsTo(parents, to, child)) continue;
    parents.set(child, to);
  }
  return {
    ancestors: (ref) => {
      const chain: ObjectRef[] = [];
      for (let at = parents.get(refId(ref)); at; at = parents.get(refId(at))) chain.push(at);
      return chain;
    },
  };
}

function leadsTo(parents: ReadonlyMap<string, ObjectRef>, start: ObjectRef, end: string): boolean {
  for (let at: ObjectRef | undefined = start; at; at = parents.get(refId(at))) if (refId(at) === end) return true;
  return false;
}
