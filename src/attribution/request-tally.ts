import type {
  CountedRequests,
  Outcomes,
  Request,
  RequestSource,
  ResourceRequests,
  Standing,
  UserRequests,
} from '../model/request.ts';
import { resourceId, resourceName, type ResourceKey } from '../model/resource.ts';
import type { Millis } from '../model/write.ts';
import { ObjectUserSum, Sum, UserSum } from './request-sums.ts';
import { MinuteCounts } from './stretches.ts';

/** What was asked of one object; where nothing else tells, what succeeded stands in for its writes. */
export interface AskedObject {
  readonly key: ResourceKey;
  succeeded: number;
  creates: number;
  deletes: number;
  first: Millis;
  last: Millis;
  live: boolean;
}

interface ObjectSum extends AskedObject {
  all: number;
  readonly users: Map<string, ObjectUserSum>;
}

interface ResourceSum {
  readonly group: string;
  readonly resource: string;
  readonly sum: Sum;
  /** What succeeded, over time. */
  readonly minutes: MinuteCounts;
  creates: number;
  deletes: number;
  /** Of objects that were forgotten. */
  keys: number;
  liveKeys: number;
}

export interface TallyLimits {
  /** Objects counted one by one at a time; beyond it those least asked for are forgotten. */
  readonly objects: number;
  /** Objects named in the end. */
  readonly named: number;
}

const defaultLimits: TallyLimits = { objects: 100_000, named: 1_000 };

/** Counts requests by object, resource and user within bounded memory. The order of requests does not matter. */
export class RequestTally {
  readonly #limits: TallyLimits;
  readonly #total = new Sum();
  readonly #resources = new Map<string, ResourceSum>();
  readonly #users = new Map<string, { readonly sum: UserSum; readonly resources: Map<string, number> }>();
  readonly #objects = new Map<string, ObjectSum>();
  readonly #reporters = new Map<string, Sum>();
  #error = 0;

  constructor(limits: TallyLimits = defaultLimits) {
    this.#limits = limits;
  }

  add(request: Request): void {
    const { group, resource } = request.key;
    const name = resourceName({ group, resource });
    this.#total.add(request);
    const ofResource = this.#resourceOf(name, group, resource);
    ofResource.sum.add(request);
    const user = request.user ?? '';
    this.#userOf(user, name).add(request);
    const wrote = request.outcome === 'succeeded' && !request.dryRun;
    const made = wrote && isCreation(request);
    const removed = wrote && isRemoval(request);
    if (wrote) ofResource.minutes.add(request.at);
    if (wrote && resource === 'events' && group === '') this.#reporterOf(user).add(request);
    if (made) ofResource.creates++;
    if (removed) ofResource.deletes++;
    if (request.key.name === '') return;

    const object = this.#objectOf(request.key);
    object.all++;
    let ofUser = object.users.get(user);
    if (!ofUser) object.users.set(user, (ofUser = new ObjectUserSum()));
    ofUser.add(request);
    if (!wrote) return;
    object.succeeded++;
    if (made) object.creates++;
    if (removed) object.deletes++;
    if (request.at < object.first) object.first = request.at;
    if (request.at >= object.last) {
      object.last = request.at;
      object.live = !removed;
    }
  }

  /** So many of a user's requests for an object turned out to have changed nothing. */
  markUnchanged(key: ResourceKey, user: string, count: number): void {
    const { group, resource } = key;
    const name = resourceName({ group, resource });
    this.#total.unchanged += count;
    this.#resourceOf(name, group, resource).sum.unchanged += count;
    const ofUser = this.#users.get(user);
    if (ofUser) ofUser.sum.unchanged += count;
    const ofObject = this.#objects.get(resourceId(key))?.users.get(user);
    if (ofObject) ofObject.unchanged += count;
  }

  counted(sources: readonly RequestSource[], standing: Standing): CountedRequests {
    const joined = standing === 'joined';
    const objects = [...this.#objects].sort(([a, of], [b, other]) => other.all - of.all || (a < b ? -1 : 1));
    return {
      sources,
      standing,
      error: this.#error,
      total: this.#total.outcomes(joined),
      resources: [...this.#resources.values()]
        .map(({ group, resource, sum }): ResourceRequests => ({ group, resource, ...sum.outcomes(joined) }))
        .sort(byRequests(({ group, resource }) => `${resource}.${group}`)),
      users: [...this.#users]
        .map(([user, { sum, resources }]): UserRequests => ({
          user,
          ...sum.outcomes(joined),
          userAgents: sum.userAgents.toSorted(),
          resources: [...resources].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([resource]) => resource),
        }))
        .sort(byRequests(({ user }) => user)),
      objects: objects
        .slice(0, this.#limits.named)
        .flatMap(([, { key, users }]) => [...users].map(([user, sum]) => sum.count(key, user, joined)))
        .sort(byRequests(({ key, user }) => `${resourceId(key)} ${user}`)),
    };
  }

  /** Every object that is still counted one by one. */
  askedObjects(): Iterable<AskedObject> {
    return this.#objects.values();
  }

  /** What succeeded by resource, with the objects behind it, forgotten ones included. */
  *askedResources(): Generator<
    Omit<ResourceSum, 'sum' | 'minutes'> & { readonly succeeded: number; from: Millis; to: Millis }
  > {
    const keys = new Map<string, { keys: number; live: number }>();
    for (const { key, succeeded, live } of this.#objects.values()) {
      if (succeeded === 0) continue;
      const name = `${key.resource} ${key.group}`;
      const counts = keys.get(name) ?? { keys: 0, live: 0 };
      keys.set(name, { keys: counts.keys + 1, live: counts.live + (live ? 1 : 0) });
    }
    for (const { group, resource, sum, creates, deletes, keys: forgotten, liveKeys } of this.#resources.values()) {
      const counts = keys.get(`${resource} ${group}`) ?? { keys: 0, live: 0 };
      yield {
        group,
        resource,
        creates,
        deletes,
        succeeded: sum.succeeded - sum.unchanged,
        // Under generateName the log does not say what was made.
        keys: Math.max(creates, forgotten + counts.keys),
        liveKeys: Math.max(0, liveKeys + counts.live, creates - deletes),
        from: sum.from,
        to: sum.to,
      };
    }
  }

  /** What succeeded and was more than a trial, by user. */
  *askedUsers(): Generator<{ readonly user: string; readonly writes: number }> {
    for (const [user, { sum }] of this.#users) yield { user, writes: sum.succeeded - sum.unchanged };
  }

  /** Who sent Events. */
  *askedReporters(): Generator<{ readonly user: string; readonly writes: number; from: Millis; to: Millis }> {
    for (const [user, { succeeded, from, to }] of this.#reporters) yield { user, writes: succeeded, from, to };
  }

  /** What succeeded by resource and minute. */
  *minutes(): Generator<{
    readonly group: string;
    readonly resource: string;
    readonly minutes: Iterable<readonly [Millis, number]>;
  }> {
    for (const { group, resource, minutes } of this.#resources.values())
      yield { group, resource, minutes: minutes.minutes() };
  }

  #resourceOf(name: string, group: string, resource: string): ResourceSum {
    let found = this.#resources.get(name);
    if (!found) {
      found = {
        group,
        resource,
        sum: new Sum(),
        minutes: new MinuteCounts(),
        creates: 0,
        deletes: 0,
        keys: 0,
        liveKeys: 0,
      };
      this.#resources.set(name, found);
    }
    return found;
  }

  #reporterOf(user: string): Sum {
    let found = this.#reporters.get(user);
    if (!found) this.#reporters.set(user, (found = new Sum()));
    return found;
  }

  #userOf(user: string, resource: string): UserSum {
    let found = this.#users.get(user);
    if (!found) this.#users.set(user, (found = { sum: new UserSum(), resources: new Map() }));
    found.resources.set(resource, (found.resources.get(resource) ?? 0) + 1);
    return found.sum;
  }

  #objectOf(key: ResourceKey): ObjectSum {
    const id = resourceId(key);
    let found = this.#objects.get(id);
    if (found) return found;
    if (this.#objects.size >= this.#limits.objects) this.#forget();
    found = {
      ...{ key, succeeded: 0, creates: 0, deletes: 0, first: Infinity, last: -Infinity, live: false },
      ...{ all: 0, users: new Map<string, ObjectUserSum>() },
    };
    this.#objects.set(id, found);
    return found;
  }

  /** Lossy counting: the half least asked for goes; what is lost of any one object is bounded by `error`. */
  #forget(): void {
    const counts = Float64Array.from(this.#objects.values(), ({ all }) => all).sort();
    const limit = counts[counts.length >> 1] ?? 0;
    let left = counts.length >> 1;
    for (const [id, { all, key, live, succeeded }] of this.#objects) {
      if (all > limit || left-- <= 0) continue;
      this.#objects.delete(id);
      if (succeeded === 0) continue;
      const resource = this.#resources.get(resourceName(key));
      if (!resource) continue;
      resource.keys++;
      if (live) resource.liveKeys++;
    }
    this.#error += limit;
  }
}

/** Apply creates too: it answers 201 then. */
export function isCreation({ verb, subresource, code }: Pick<Request, 'verb' | 'subresource' | 'code'>): boolean {
  return subresource === undefined && (verb === 'create' || (code === 201 && (verb === 'patch' || verb === 'update')));
}

export function isRemoval({ verb, subresource }: Pick<Request, 'verb' | 'subresource'>): boolean {
  return verb === 'delete' && subresource === undefined;
}

function byRequests<T extends Outcomes>(nameOf: (item: T) => string): (a: T, b: T) => number {
  const all = ({ succeeded, rejected }: Outcomes): number =>
    Object.values(rejected).reduce((sum, count) => sum + count, succeeded);
  return (a, b) => all(b) - all(a) || (nameOf(a) < nameOf(b) ? -1 : 1);
}
