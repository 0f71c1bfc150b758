import type { Confidence } from './writer.ts';

export type Severity = 'info' | 'warning' | 'critical';

export type SubjectType = 'object' | 'owner' | 'prefix' | 'writer';

/** Whom or what a finding accuses. */
export interface Subject {
  readonly type: SubjectType;
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface FindingWriter {
  readonly name: string;
  readonly kind: 'user' | 'fieldManager';
  readonly confidence: Confidence;
  readonly writes: number;
}

/** Writes that happened because of the subject: `{ resource: "pods", writes: 812 }`. */
export interface Consequence {
  readonly group: string;
  readonly resource: string;
  readonly writes: number;
}

export interface Remedy {
  readonly summary: string;
  readonly steps: readonly string[];
  readonly docs: readonly string[];
}

export interface Finding {
  readonly pattern: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly subject: Subject;
  /** Of all writes, 0..1. */
  readonly share: number;
  readonly shareWithConsequences: number;
  readonly consequences: readonly Consequence[];
  readonly writers: readonly FindingWriter[];
  /** JSON pointers, list items by key. */
  readonly fields: readonly string[];
  /** Figures the finding rests on, by name. */
  readonly evidence: Readonly<Record<string, number | string | boolean>>;
  readonly cause: string;
  readonly remedy: Remedy;
}
