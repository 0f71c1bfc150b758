import type { Digest } from './object.ts';
import type { ResourceKey } from './resource.ts';
import type { Millis, Revision } from './write.ts';

export type Verb = 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What somebody asked an API server for: a claim. It may have been rejected, or have changed nothing. */
export interface Request {
  /** When the API server received it. */
  readonly at: Millis;
  /** When it had answered: whatever the request wrote, it wrote before. `at` where unknown. */
  readonly answeredAt: Millis;
  readonly verb: Verb;
  /** `name` is "" where only the response would tell it (generateName, deletecollection). */
  readonly key: ResourceKey;
  readonly uid?: string;
  /** Authenticated. With impersonation, who it was done as. */
  readonly user?: string;
  readonly userAgent?: string;
  readonly fieldManager?: string;
  readonly subresource?: string;
  /** The resourceVersion the object had before: admission's oldObject, or the precondition of an update. */
  readonly basedOn?: Revision;
  /** The resourceVersion of the response: the revision it made, or the one it found where it changed nothing. */
  readonly became?: Revision;
  readonly outcome: 'unknown' | 'succeeded' | 'rejected';
  /** HTTP status. */
  readonly code?: number;
  /** Why it was refused: `Conflict`, `AlreadyExists`; of a vCluster's syncer what it says of it. */
  readonly reason?: string;
  /** Asked to be tried only, so it wrote nothing. */
  readonly dryRun?: true;
  /** Of the metadata it would store (objects/metadata-digest.ts): admission only. Tells racing requests on one version apart. */
  readonly metadataDigest?: Digest;
}

/** What became of requests. */
export interface Outcomes {
  readonly succeeded: number;
  /** Of the succeeded, those that made no revision: they cost CPU, not etcd. undefined where no writes were at hand to tell. */
  readonly unchanged: number | undefined;
  /** Refused, by HTTP status; 0 where the status is not known. */
  readonly rejected: Readonly<Record<number, number>>;
  /** Of those refused with 409, the ones that were based on an older version; for the others the name was taken. */
  readonly conflicts: number;
  readonly from: Millis;
  readonly to: Millis;
}

/** The requests for one object by one user. */
export interface RequestCount extends Outcomes {
  readonly key: ResourceKey;
  readonly user: string;
  /** Up to three of those it used. */
  readonly userAgents: readonly string[];
  /** Of the last refusal. */
  readonly reason: string | undefined;
  /** The busiest stretch of refusals without a pause, conflicts and others apart. */
  readonly conflicting: Stretch;
  readonly refused: Stretch;
}

/** How often something happened where it was busiest without a pause. */
export interface Stretch {
  readonly count: number;
  readonly perMinute: number;
  readonly minutes: number;
}

/** Requests by resource. */
export interface ResourceRequests extends Outcomes {
  readonly group: string;
  readonly resource: string;
}

/** Requests by user, whatever they were for. */
export interface UserRequests extends Outcomes {
  readonly user: string;
  readonly userAgents: readonly string[];
  /** `resource.group` of what it asked for, most requests first. */
  readonly resources: readonly string[];
}

/** A log that requests were read from. */
export interface RequestSource {
  readonly kind: 'audit-log' | 'syncer-log' | 'admission';
  readonly name: string;
  /** Requests that would change something. */
  readonly requests: number;
  readonly from: Millis | undefined;
  readonly to: Millis | undefined;
}

export type Standing = 'joined' | 'apart' | 'foreign';

/** All that was asked for, so far as it would change something. */
export interface CountedRequests {
  readonly sources: readonly RequestSource[];
  readonly total: Outcomes;
  /** Complete, most requests first. */
  readonly resources: readonly ResourceRequests[];
  readonly users: readonly UserRequests[];
  /** The objects most asked for, by user. */
  readonly objects: readonly RequestCount[];
  /** How far counts of one object may be off: requests of objects that were forgotten because there are too many. */
  readonly error: number;
  /** `joined`: laid beside the writes they made. `apart`: nothing to lay them beside. `foreign`: the writes are of another cluster. */
  readonly standing: Standing;
}
