import type { Severity, Subject } from './finding.ts';
import type { Request } from './request.ts';
import type { Millis } from './write.ts';
import type { Writer } from './writer.ts';

/** Where an analyzer takes batches: POST, JSON, `authorization: Bearer <projected token>`. */
export const batchPath = '/v1/requests';

/** What a webhook saw since its last batch, oldest first; empty when only the findings are asked for. */
export interface Batch {
  /** One process: its pod's name and a random part. */
  readonly from: string;
  /** Rises with each batch of one process; the same number again is the same batch again, whose reply got lost. */
  readonly number: number;
  /** Requests it had to drop before these because nobody took them. */
  readonly dropped: number;
  readonly requests: readonly Request[];
  /** When it was sent, this time, by the clock of its requests; an analyzer's may be another. */
  readonly sentAt: Millis;
  /** `version` of the findings it already has, "" for none. */
  readonly known: string;
}

export interface BatchReply {
  /** Changes whenever the findings do. */
  readonly version: string;
  /** All that stand; left out where the webhook's `known` is this version. */
  readonly findings?: readonly StandingFinding[];
}

/** As much of a finding as a warning and the throttle need. */
export interface StandingFinding {
  readonly pattern: string;
  readonly severity: Severity;
  readonly confidence: Writer['confidence'];
  /** The writes never end by themselves. */
  readonly loop: boolean;
  readonly subject: Subject;
  readonly writers: readonly Writer[];
  /** JSON pointers, list items by key. */
  readonly fields: readonly string[];
  /** Of the subject and what it caused, where known. */
  readonly perMinute?: number;
  /** What to do, in a few words. */
  readonly remedy: string;
  /** When it began to stand. */
  readonly since: Millis;
}
