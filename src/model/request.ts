import type { ResourceKey } from './resource.ts';
import type { Millis, Revision } from './write.ts';

export type Verb = 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What somebody asked an API server for: a claim. It may have been rejected, or have changed nothing. */
export interface Request {
  /** When the API server received it. */
  readonly at: Millis;
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
}

/** The requests for one resource, or one object, by who asked. */
export interface RequestCount {
  readonly key: ResourceKey;
  readonly user: string;
  readonly userAgent: string;
  readonly succeeded: number;
  /** Succeeded without a new revision: they cost CPU, not etcd. */
  readonly unchanged: number;
  /** Refused, by HTTP status. */
  readonly rejected: Readonly<Record<number, number>>;
  readonly from: Millis;
  readonly to: Millis;
}
