import type { EventCount } from '../model/analysis.ts';
import type { Finding, FindingWriter, Subject } from '../model/finding.ts';
import type { ObjectRef } from '../model/resource.ts';
import type { Confidence } from '../model/writer.ts';

/** What a rule answers: who is to blame and what for. */
export interface Accusation {
  readonly confidence: Confidence;
  /** Where the rule names another than what it was shown, with that one's writes. */
  readonly instead?: { readonly subject: Subject; readonly kind: string; readonly writes: number };
  /** The object behind the subject: what is about it counts as its consequence. */
  readonly ref?: ObjectRef;
  /** Objects whose trouble this may be: where another finding names one of them, this is counted there. */
  readonly behind?: readonly ObjectRef[];
  readonly fields?: readonly string[];
  readonly writers?: readonly FindingWriter[];
  readonly evidence: Finding['evidence'];
  readonly cause: string;
  /** What is kept is at fault, whenever it was written: its share is that of what compaction left as well. */
  readonly kept?: true;
  /** Prefixes of what is about the subject whose writes are its own share; for an owner. */
  readonly own?: readonly string[];
  /** Writes it answers for beyond what is about it. */
  readonly claims?: Claims;
}

export interface Claims {
  readonly prefixes: readonly string[];
  readonly events: readonly EventCount[];
}

/** What a remedy is written from. */
export interface Found {
  readonly subject: Subject;
  readonly kind: string;
  readonly fields: readonly string[];
  readonly writers: readonly FindingWriter[];
  readonly evidence: Finding['evidence'];
}
