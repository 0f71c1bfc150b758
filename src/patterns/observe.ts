import type { Causes } from '../causes/roll-up.ts';
import type { Changes } from '../history/changes.ts';
import type { Counted, EventCount } from '../model/analysis.ts';
import type { Extent, KeyCount } from '../model/counts.ts';
import { retainedFrom } from '../model/database.ts';
import type { ObjectRef, ResourceKey } from '../model/resource.ts';
import { refId } from '../model/resource.ts';
import type { KeyId, Millis, Revision } from '../model/write.ts';
import { kindOf } from '../objects/kinds.ts';
import type { Rate } from '../tally/rates.ts';
import { rateOf, steady } from '../tally/rates.ts';
import type { RevisionClock } from '../tally/revision-clock.ts';
import { askedObjects, requestsByObject, type RequestsOf } from './asked.ts';
import type { EventGroup, ObservedObject, ObservedOwner, ObservedPrefix, World } from './observed.ts';

export interface Observable {
  readonly counted: Counted;
  readonly retained: Counted;
  readonly changesOf: (key: KeyId) => Changes | undefined;
  readonly clock: RevisionClock;
  readonly causes: Causes;
}

/** Everything rules are shown, and what lies around it. */
export interface Observed extends World {
  /** The same counts with what compaction left of older times. */
  readonly retained: Counted;
  readonly owners: readonly ObservedOwner[];
  readonly prefixes: readonly ObservedPrefix[];
}

const workloads = new Set([
  'CronJob',
  'Job',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
]);

export function observe(input: Observable): Observed {
  const { counted, causes } = input;
  const rateWithin = rates(input);
  const from = retainedFrom(counted.source);
  const requestsOf = requestsByObject(counted);
  const objects = counted.chosen.flatMap(({ count }) => observedObject(count, input, from, requestsOf) ?? []);
  const prefixes = new Map(counted.prefixes.map((count) => [count.prefix, count]));
  const members = byOwner(objects);
  return {
    counted,
    retained: input.retained,
    causes,
    objects,
    asked: askedObjects(counted, requestsOf, objects, causes),
    eventGroups: groupsOf(counted.events, rateWithin),
    prefix: (prefix) => prefixes.get(prefix),
    rateOf: (writes) => rateWithin(writes, {}),
    timeOf: input.clock.timeOf,
    toRevision: Math.max(...counted.source.map(({ toRevision }) => toRevision)),
    prefixes: counted.prefixes.map((count) => ({
      count,
      rateOf: (writes) => rateWithin(writes, count),
      samples: objects.filter((object) => object.count.prefix === count.prefix),
    })),
    owners: causes
      .ownersOf()
      .filter(({ owner }) => isRootWorkload(owner, causes))
      .map((count) => ({
        owner: count.owner,
        count,
        byPrefix: causes.consequencesOf(count.owner),
        rateOf: (writes) => rateWithin(writes, causes.extentOf(count.owner)),
        members: members.get(refId(count.owner)) ?? [],
      })),
  };
}

function observedObject(
  count: KeyCount,
  { changesOf, clock, causes }: Observable,
  from: Revision,
  requestsOf: RequestsOf,
): ObservedObject | undefined {
  const { resource } = count;
  const changes = resource && changesOf(count.id);
  if (!changes) return undefined;
  const ref = refOf(resource, changes);
  // An object may be adopted after it was made.
  const about = count.about ?? changes.last?.about;
  const chain = about ? [about, ...causes.ancestors(about)] : causes.ancestors(ref);
  return {
    count,
    resource,
    ref,
    owners: chain.filter(({ kind }) => kind !== 'Node'),
    rate: rateOfKey(count, changes, clock, from),
    changes,
    labels: changes.last?.labels ?? {},
    annotations: changes.last?.annotations ?? {},
    requests: requestsOf(resource),
  };
}

function refOf({ group, resource, namespace, name }: ResourceKey, { last }: Changes): ObjectRef {
  const kind = last?.kind || (kindOf(group, resource) ?? resource);
  return {
    group,
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(last?.uid !== undefined && { uid: last.uid }),
  };
}

/** The revisions read tell the rate; where some were not read, so does the count spread over the key's revisions. */
function rateOfKey(count: KeyCount, changes: Changes, clock: RevisionClock, from: Revision): Rate | undefined {
  const read = rateOf(changes.times);
  const [start, end] = [clock.timeOf(Math.max(from, count.firstRevision)), clock.timeOf(count.lastRevision)];
  const whole = start === undefined || end === undefined ? undefined : steady(count.writes, start, end);
  if (!read || (changes.times.length < count.writes && whole && whole.perMinute > read.perMinute)) return whole;
  return read;
}

/** Rates of groups, between the first and last write of the group where known, else over what the sources retain. */
function rates({ counted, clock }: Observable): (writes: number, extent: Extent) => Rate | undefined {
  const from = retainedFrom(counted.source);
  const to = Math.max(...counted.source.map(({ toRevision }) => toRevision));
  const timeOf = (revision: Revision): Millis | undefined =>
    Number.isFinite(revision) ? clock.timeOf(revision) : undefined;
  return (writes, { firstRevision, lastRevision }) => {
    const start = timeOf(Math.max(from, firstRevision ?? from));
    const end = timeOf(Math.min(to, lastRevision ?? to));
    return start === undefined || end === undefined ? undefined : steady(writes, start, end);
  };
}

/** Judged by what is about it whatever owns it: an Ingress may ask for a Certificate. */
const judgedAlone = new Set(['cert-manager.io/Certificate']);

/** The topmost workload of its chain; where none is built in (an operator's own kind), the top itself. */
function isRootWorkload(owner: ObjectRef, causes: Causes): boolean {
  if (judgedAlone.has(`${owner.group}/${owner.kind}`)) return true;
  if (owner.kind === 'Pod' || owner.kind === 'Node') return false;
  const above = causes.ancestors(owner).filter(({ kind }) => kind !== 'Node');
  if (workloads.has(owner.kind)) return !above.some(({ kind }) => workloads.has(kind));
  return above.length === 0 && !causes.hasWorkloadBelow(owner, workloads);
}

function byOwner(objects: readonly ObservedObject[]): ReadonlyMap<string, ObservedObject[]> {
  const members = new Map<string, ObservedObject[]>();
  for (const object of objects) {
    for (const owner of object.owners) {
      const id = refId(owner);
      const list = members.get(id);
      if (list) list.push(object);
      else members.set(id, [object]);
    }
  }
  return members;
}

function groupsOf(
  events: readonly EventCount[],
  rateWithin: (writes: number, extent: Extent) => Rate | undefined,
): EventGroup[] {
  const groups = new Map<string, EventCount[]>();
  for (const event of events) {
    const id = `${event.reporter}\0${event.reason}`;
    const list = groups.get(id);
    if (list) list.push(event);
    else groups.set(id, [event]);
  }
  return [...groups.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    const writes = list.reduce((sum, event) => sum + event.writes, 0);
    const names = list.reduce((sum, event) => sum + event.names, 0);
    return {
      reporter: first.reporter,
      reason: first.reason,
      events: list,
      writes,
      names,
      rate: rateWithin(writes, extentOf(list)),
    };
  });
}

function extentOf(events: readonly EventCount[]): Extent {
  const firsts = events.map(({ firstRevision }) => firstRevision);
  const lasts = events.map(({ lastRevision }) => lastRevision);
  if (firsts.includes(undefined) || lasts.includes(undefined)) return {};
  return {
    firstRevision: Math.min(...firsts.map((revision) => revision ?? Infinity)),
    lastRevision: Math.max(...lasts.map((revision) => revision ?? 0)),
  };
}
