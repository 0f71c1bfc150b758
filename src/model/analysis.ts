import type { Extent, KeyCount, PrefixCount, RetainedCounts, Totals, WriterCount } from './counts.ts';
import type { Carved, DatabaseFacts, SourceInfo } from './database.ts';
import type { ReleaseCount } from './release.ts';
import type { CountedRequests } from './request.ts';
import type { ObjectRef } from './resource.ts';
import type { Millis, Revision } from './write.ts';

/** Writes of keys that are directly about one object, by the prefix of those keys. */
export interface AboutCount extends RetainedCounts, Extent {
  readonly about: ObjectRef;
  /** Distinct keys about it. */
  readonly names: number;
  readonly byPrefix: readonly ({ readonly prefix: string; readonly names: number } & RetainedCounts)[];
}

/** An object that is about something and that something else is about: a link of a chain longer than one. */
export interface AboutEdge {
  readonly from: ObjectRef;
  readonly to: ObjectRef;
}

/** Event objects by who reported them and why, within one namespace. */
export interface EventCount extends RetainedCounts, Extent {
  readonly reporter: string;
  readonly reason: string;
  readonly namespace: string;
  /** Kind of involvedObject. */
  readonly kind: string;
  readonly names: number;
}

/** A moment that a stored object itself states for its revision. */
export interface ClockAnchor {
  readonly revision: Revision;
  readonly at: Millis;
}

/** Writes by prefix over the window: bin i counts revisions from edges[i] up to, but not including, edges[i + 1]. */
export interface Timeline {
  readonly edges: readonly Revision[];
  /** The prefixes with most writes, most first; the rest as one more of prefix "". */
  readonly prefixes: readonly { readonly prefix: string; readonly writes: readonly number[] }[];
}

/** Why a key was read revision by revision. */
export type ChosenFor = 'rank' | 'prefix' | 'owner';

/** A key that was read in full, or its newest and oldest revisions where there are too many. */
export interface ChosenKey {
  readonly count: KeyCount;
  readonly chosenFor: ChosenFor;
}

/** What the sources counted: everything patterns and the report are derived from. */
export interface Counted {
  readonly source: readonly SourceInfo[];
  readonly database?: DatabaseFacts;
  readonly totals: Totals;
  /** Revisions the store went through in the window, and how many distinct ones were counted. */
  readonly growth: number;
  readonly countedRevisions: number;
  /** Complete, most writes first. */
  readonly prefixes: readonly PrefixCount[];
  /** The `limit` keys with most writes, most first (ties by key). */
  readonly topKeys: readonly KeyCount[];
  readonly writers: readonly WriterCount[];
  readonly abouts: readonly AboutCount[];
  readonly edges: readonly AboutEdge[];
  readonly events: readonly EventCount[];
  /** Helm's, by the names of keys; absent where a source does not list keys. */
  readonly releases?: readonly ReleaseCount[];
  readonly anchors: readonly ClockAnchor[];
  readonly chosen: readonly ChosenKey[];
  readonly carved?: Carved;
  /** Keys whose values are encrypted at rest, or could not be decoded. */
  readonly undecoded: { readonly encrypted: number; readonly unknown: number };
  /** Absent where no source of requests was read. */
  readonly requests?: CountedRequests;
  /** True where requests that succeeded stand in for writes, and times in ms for revisions. */
  readonly attempts?: true;
  /** Absent where a source has no order of revisions. */
  readonly timeline?: Timeline;
  /** What the source cannot show or what was skipped, one sentence each. */
  readonly notSeen: readonly string[];
}
