import type { ObjectRef, ResourceKey } from './resource.ts';
import type { KeyId, Revision } from './write.ts';
import type { Writer } from './writer.ts';

export interface Counts {
  /** Every change of a key, deletions included. */
  readonly writes: number;
  readonly creates: number;
  readonly deletes: number;
  /** Bytes of keys and values as stored. */
  readonly bytes: number;
}

/** Counts of what a source retains. */
export interface RetainedCounts extends Counts {
  /** Of them, what compaction left of older times: at most the last change of each key. Absent where nothing was left. */
  readonly remainder?: Counts | undefined;
}

/** The window in which a group was written; absent where a source does not keep it. */
export interface Extent {
  readonly firstRevision?: Revision;
  readonly lastRevision?: Revision;
}

export interface KeyCount extends RetainedCounts {
  readonly id: KeyId;
  readonly key: string;
  /** undefined where the key is not one of Kubernetes'. */
  readonly resource: ResourceKey | undefined;
  readonly prefix: string;
  readonly firstRevision: Revision;
  readonly lastRevision: Revision;
  readonly live: boolean;
  readonly maxBytes: number;
  /** What the key's first retained value says it is about. */
  readonly about: ObjectRef | undefined;
  /** Who wrote the key's first retained value; exact only for keys read in full. */
  readonly writer: Writer | undefined;
}

export interface PrefixCount extends RetainedCounts, Extent {
  /** Without a trailing slash: `/registry/events`. */
  readonly prefix: string;
  readonly group: string;
  readonly resource: string;
  /** Distinct keys ever, and those not deleted at the last revision. */
  readonly keys: number;
  readonly liveKeys: number;
}

export interface OwnerCount extends Counts {
  readonly owner: ObjectRef;
  /** Distinct keys about this owner. */
  readonly names: number;
}

export interface WriterCount extends Counts {
  readonly writer: Writer;
  /** `resource.group` of what it wrote, most writes first. */
  readonly resources: readonly string[];
  /** How far `writes` may be off, where keys were judged by one of their revisions. */
  readonly error: number;
}

export interface Totals extends RetainedCounts {
  /** Distinct main revisions. */
  readonly revisions: number;
  readonly keys: number;
}
