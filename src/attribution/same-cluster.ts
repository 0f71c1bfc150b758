/** What tells whether a log speaks of the cluster whose writes are at hand. */
export interface Kinship {
  /** Requests for an object whose uid the store knows under that key, or which it knows by another uid. */
  uidHits: number;
  uidMisses: number;
  /** Updates that name a revision which the key has, or lacks although it is retained, or which lies outside of all that is. */
  hits: number;
  misses: number;
  outOfRange: number;
  /** Creations within the window whose key is known, or not. */
  found: number;
  missing: number;
}

export const noKinship = (): Kinship => ({
  ...{ uidHits: 0, uidMisses: 0, hits: 0, misses: 0, outOfRange: 0, found: 0, missing: 0 },
});

/** `apart`: nothing speaks for or against it, as where the times do not meet. */
export type Verdict = 'same' | 'other' | 'apart';

/** Chance makes a few of another cluster's revisions hit, and the names Kubernetes itself gives are the same everywhere. */
const leastShare = 0.2;
const fewest = 5;

export function verdictOn({ uidHits, uidMisses, hits, misses, outOfRange, found, missing }: Kinship): Verdict {
  // No two objects share a uid, while freshly made clusters agree in names and nearly in revisions.
  if (uidHits + uidMisses >= fewest) return uidHits >= (uidHits + uidMisses) * leastShare ? 'same' : 'other';
  const named = hits + misses + outOfRange;
  if (named >= fewest) return hits >= named * leastShare ? 'same' : 'other';
  if (hits > 0) return 'same';
  const created = found + missing;
  if (created >= fewest) return found >= created * leastShare ? 'same' : 'other';
  return named + created > 0 && hits + found > 0 ? 'same' : 'apart';
}
