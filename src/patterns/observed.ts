import type { Causes, PrefixShare } from '../causes/roll-up.ts';
import type { Changes } from '../history/changes.ts';
import type { Counted, EventCount } from '../model/analysis.ts';
import type { KeyCount, OwnerCount, PrefixCount } from '../model/counts.ts';
import type { RequestCount } from '../model/request.ts';
import type { ObjectRef, ResourceKey } from '../model/resource.ts';
import type { Millis, Revision } from '../model/write.ts';
import type { Rate } from '../tally/rates.ts';

/** One key that was read revision by revision. */
export interface ObservedObject {
  readonly count: KeyCount;
  readonly resource: ResourceKey;
  readonly ref: ObjectRef;
  /** What it is about, nearest first: its ReplicaSet, the Deployment. Nodes, which own static pods, are left out. */
  readonly owners: readonly ObjectRef[];
  /** undefined without a clock. */
  readonly rate: Rate | undefined;
  readonly changes: Changes;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** By user, most first; empty where no source of requests was joined. */
  readonly requests: readonly RequestCount[];
}

/** What was asked of one object, whether or not anything came of it. */
export interface AskedObject {
  readonly resource: ResourceKey;
  readonly ref: ObjectRef;
  readonly owners: readonly ObjectRef[];
  /** Of its key, as far as requests or the store tell. */
  readonly writes: number;
  /** By user, most first. */
  readonly requests: readonly RequestCount[];
}

/** The workload at the root of a chain of owners, with everything about it. */
export interface ObservedOwner {
  readonly owner: ObjectRef;
  readonly count: OwnerCount;
  readonly byPrefix: readonly PrefixShare[];
  /** Of so many writes, spread over the time in which anything about it was written; undefined without a clock. */
  rateOf(writes: number): Rate | undefined;
  /** Keys under it that were read in full. */
  readonly members: readonly ObservedObject[];
}

export interface ObservedPrefix {
  readonly count: PrefixCount;
  rateOf(writes: number): Rate | undefined;
  /** Its keys that were read in full. */
  readonly samples: readonly ObservedObject[];
}

/** Events with one reporter and one reason, in every namespace. */
export interface EventGroup {
  readonly reporter: string;
  readonly reason: string;
  readonly events: readonly EventCount[];
  readonly writes: number;
  readonly names: number;
  readonly rate: Rate | undefined;
}

/** What lies around the observed. */
export interface World {
  readonly counted: Counted;
  readonly causes: Causes;
  readonly objects: readonly ObservedObject[];
  /** The objects most asked for; empty without a source of requests. */
  readonly asked: readonly AskedObject[];
  readonly eventGroups: readonly EventGroup[];
  prefix(prefix: string): PrefixCount | undefined;
  /** Over the whole window. */
  rateOf(writes: number): Rate | undefined;
  /** undefined without a clock. */
  timeOf(revision: Revision): Millis | undefined;
  /** The newest revision of all sources. */
  readonly toRevision: Revision;
}
