import type { Extent, RetainedCounts } from './counts.ts';

/** What Helm keeps of one release: a Secret (or ConfigMap) for each of its revisions. */
export interface ReleaseCount extends RetainedCounts, Extent {
  readonly prefix: string;
  readonly namespace: string;
  readonly name: string;
  /** Revisions written in the window or left alive, and those alive at the end. */
  readonly revisions: number;
  readonly kept: number;
}
