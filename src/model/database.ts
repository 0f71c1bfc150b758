import type { Revision } from './write.ts';

/** What is known of the etcd database itself. */
export interface DatabaseFacts {
  readonly sizeBytes: number;
  readonly inUseBytes: number;
  readonly quotaBytes: number | null;
  readonly quotaSource: string;
  /** `NOSPACE`, `CORRUPT`. */
  readonly alarms: readonly string[];
}

/** One source of writes and the window of revisions it shows. */
export interface SourceInfo {
  readonly kind: 'snapshot' | 'etcd' | 'audit-log' | 'api';
  readonly name: string;
  readonly fromRevision: Revision;
  readonly toRevision: Revision;
  readonly compactRevision: Revision;
}

/** The first revision from which on every change was retained. */
export function retainedFrom(sources: readonly Pick<SourceInfo, 'fromRevision' | 'compactRevision'>[]): Revision {
  return Math.min(...sources.map(({ fromRevision, compactRevision }) => Math.max(fromRevision, compactRevision + 1)));
}

/** Writes found in pages that compaction already freed: evidence of what was, not part of any count. */
export interface Carved {
  readonly writes: number;
  readonly fromRevision: Revision | null;
  readonly toRevision: Revision | null;
  readonly resources: readonly { readonly prefix: string; readonly writes: number }[];
}
