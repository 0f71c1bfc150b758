import type { ResourceState } from '../live/resource-state.ts';
import type { Transition } from '../live/board.ts';
import type { ObjectRef } from '../../model/resource.ts';
import type { Millis } from '../../model/write.ts';
import { kindOf } from '../../objects/kinds.ts';
import { idOfSubject } from '../live/board.ts';
import { subjectOf } from './standing-findings.ts';

/** What an Event says of a transition. */
export interface Announcement {
  readonly about: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ChurnFound' | 'ChurnEnded';
  readonly note: string;
}

export interface AnnouncerOptions {
  readonly resources: () => ReadonlyMap<string, ResourceState>;
  /** For findings that are about no object: where we run. */
  readonly home: ObjectRef;
  readonly now: () => Millis;
}

/** client-go tools/record/events_cache.go: 25 at once for one source and object, then one each 300 s. */
const burst = 25;
const refillMs = 300_000;
const mostSubjects = 4_096;

/** Turns transitions into Events, at the pace client-go keeps; undefined where nothing is to be said. */
export function createAnnouncer({ resources, home, now }: AnnouncerOptions) {
  const buckets = new Map<string, { left: number; at: Millis }>();
  const spend = (id: string): boolean => {
    const at = now();
    const bucket = buckets.get(id) ?? { left: burst, at };
    bucket.left = Math.min(burst, bucket.left + (at - bucket.at) / refillMs);
    bucket.at = at;
    if (buckets.size > mostSubjects) buckets.clear();
    buckets.set(id, bucket);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  };
  return ({ what, standing: { finding } }: Transition): Announcement | undefined => {
    // What is worth no more than a line in the list is not worth a write to the database that it may be filling.
    if (finding.severity === 'info' || !spend(idOfSubject(finding.subject))) return undefined;
    const { type, group = '', resource = '', namespace, name } = subjectOf(finding);
    const state = resources().get(`${resource}.${group}`);
    const kind = state?.resource.kind ?? kindOf(group, resource) ?? (type === 'owner' ? resource : undefined);
    const isObject = (type === 'object' || type === 'owner') && kind !== undefined;
    const about = isObject ? { group, kind, ...(namespace !== undefined && { namespace }), name } : home;
    const ended = what === 'cleared';
    return {
      about,
      type: ended ? 'Normal' : 'Warning',
      reason: ended ? 'ChurnEnded' : 'ChurnFound',
      note: ended
        ? `${finding.pattern}: not seen any more`
        : `${finding.pattern}: ${finding.cause}. ${finding.remedy.summary}`,
    };
  };
}
