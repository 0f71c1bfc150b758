import type { Alarm } from '../../etcd/maintenance-answers.ts';

/** What a member said of itself, and what was found out beside it. */
export interface MemberState {
  /** The one of its URLs that answered. */
  readonly endpoint: string;
  readonly version: string;
  readonly clusterId: string;
  /** "0" while it knows none. */
  readonly leaderId: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly revision: number;
  readonly sizeBytes: number;
  readonly inUseBytes: number;
  /** Other than alarms: `etcdserver: no leader`. */
  readonly errors: readonly string[];
  /** null where neither its status nor its metrics state it. */
  readonly quotaBytes: number | null;
  /** Of the disk its database lies on; null where that cannot be seen from here. */
  readonly freeDiskBytes: number | null;
  /** Why a linearizable read through it failed; absent where it worked, and for learners, which serve none. */
  readonly unreadable?: string;
}

/** A member of the list, by its id: a member may have two client URLs. */
export interface SeenMember {
  readonly id: string;
  readonly name: string;
  readonly isLearner: boolean;
  readonly clientUrls: readonly string[];
  /** By its own metrics, which answer while a defragmentation blocks everything else. */
  readonly defragmenting: boolean;
  /** Absent where it did not answer. */
  readonly state?: MemberState;
  /** Why there is no state. */
  readonly silence?: string;
}

export interface AnsweringMember extends SeenMember {
  readonly state: MemberState;
}

/** A cluster at one moment: all that a plan is made from. */
export interface Seen {
  /** By the member list, which a member answers while a defragmentation blocks it. */
  readonly clusterId: string;
  readonly members: readonly SeenMember[];
  readonly alarms: readonly Alarm[];
  /** Endpoints that belong to something else, one sentence each. */
  readonly strangers: readonly string[];
  /** What is worth telling and stops nobody. */
  readonly notes: readonly string[];
}

export function isAnswering(member: SeenMember): member is AnsweringMember {
  return member.state !== undefined;
}

export function votersOf({ members }: Pick<Seen, 'members'>): SeenMember[] {
  return members.filter(({ isLearner }) => !isLearner);
}

export function armedFor({ alarms }: Pick<Seen, 'alarms'>, alarm: string): string[] {
  return alarms.filter((each) => each.alarm === alarm).map(({ memberId }) => memberId);
}

/** Those that tell of more than a full database: nothing here may lift them, or go on beside them. */
export function graveAlarms({ alarms }: Pick<Seen, 'alarms'>): Alarm[] {
  return alarms.filter(({ alarm }) => alarm !== 'NOSPACE');
}

/** `member-1`, or its id while it has no name. */
export function nameOf({ name, id }: Pick<SeenMember, 'name' | 'id'>): string {
  return name === '' ? id : name;
}
