import type { Cluster } from './cluster.ts';
import type { AnsweringMember, Seen } from './plan/seen.ts';
import type { MaintenanceSettings } from './plan/settings.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason as soon as that is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How long what may take, in milliseconds. */
export interface Pace {
  /** Between a member's turn and the next one's. */
  readonly pause: number;
  /** How long the alarm is watched for after it was disarmed. */
  readonly rearmWatch: number;
  /** How long a member may be silent until the run gives up on it. */
  readonly patience: number;
  /** Instead of the one that is derived from the size. */
  readonly defragmentDeadline?: number;
}

/** By which the revisions to keep are found. */
export interface History {
  /** What is older was compacted before; 0 where that is unknown. */
  readonly compactRevision: number;
  /** The newest revision at least so many milliseconds older than the newest of all; undefined where no time is known. */
  revisionBefore(milliseconds: number): number | undefined;
}

/** What was found out while the evidence was taken. */
export interface Evidence {
  /** One clause: what was kept, and what could not be. */
  readonly why: string;
  readonly growthPerMinute: number | null;
  /** Absent where only living keys were read. */
  readonly history?: History;
}

export interface EvidencePort {
  /** What would keep the evidence from being taken, one sentence each. Changes nothing. */
  obstacles(from: AnsweringMember): Promise<string[]>;
  /** Throws a Problem where it cannot be had. */
  take(from: AnsweringMember, seen: Seen, signal: AbortSignal): Promise<Evidence>;
}

export interface Lock {
  /** One clause: what it keeps out. */
  readonly why: string;
  release(): void | Promise<void>;
  /** False once somebody else has taken it over, or may have. */
  isHeld(): boolean;
}

export interface Ports {
  readonly cluster: Cluster;
  readonly settings: MaintenanceSettings;
  readonly pace: Pace;
  readonly evidence: EvidencePort;
  /** Throws a Problem that says who holds it. */
  readonly lock: (clusterId: string) => Promise<Lock>;
  readonly clock: Clock;
  /** What is being done right now. */
  readonly tell: (what: string) => void;
  readonly verifyHash: boolean;
  /** Aborted where the run is to stop; its reason is a Problem. */
  readonly signal: AbortSignal;
}
