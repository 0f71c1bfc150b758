import { LRUCache } from 'lru-cache';
import type { StandingFinding } from '../model/batch.ts';
import type { FieldChange } from '../model/object.ts';
import { resourceId } from '../model/resource.ts';
import type { Millis, Revision } from '../model/write.ts';
import type { Confidence } from '../model/writer.ts';
import { changedPaths } from '../objects/changed-paths.ts';
import { isDeliberate, isSharedField } from '../objects/fields-by-design.ts';
import { follow, newFlips, type Flips, type Return } from './flips.ts';
import { basedOnOf, type Review } from './review.ts';

/** What of an object's requests is remembered. */
interface Seen {
  readonly since: Millis;
  /** The newest version a request was based on; 0 where none said. */
  basedOn: Revision;
  /** The last requests that changed something, oldest first. */
  times: readonly Millis[];
  readonly flips: Map<string, Flips>;
}

/** Returns of one field: of a fight as many as patterns/fight.ts wants (2 full flips are 3 returns, 4 are 7), of one writer more. */
const limits = { window: 600_000, fight: 3, surelyFight: 7, alone: 6 };

/** Objects remembered; those not asked for longest are forgotten first. */
const objectsKept = 20_000;
const timesKept = 32;
const fieldsKept = 8;
/** Before that nobody looks at what changed: most objects are written once or twice. */
const looksFrom = 3;

/** They go back and forth because the world does: pods become ready and unready, nodes come and go. */
const mirrors: ReadonlySet<string> = new Set(['endpoints.', 'endpointslices.discovery.k8s.io', 'nodes.', 'pods.']);

/** What the webhook knows by itself, of attempts: used while no analyzer tells it better. */
export function createOwnCounts() {
  const objects = new LRUCache<string, Seen>({ max: objectsKept });

  return {
    /**
     * Only updates that were let through: what is created or deleted again and again has no fields to follow. And only
     * one of each version: an API server asks on the version in its cache first, and again on the newer one it finds in
     * etcd (GuaranteedUpdate in apiserver/pkg/storage/etcd3).
     */
    observe(review: Review, at: Millis): void {
      const { key, user, operation, dryRun } = review;
      if (operation !== 'UPDATE' || dryRun || mirrors.has(`${key.resource}.${key.group}`)) return;
      const id = resourceId(key);
      const known = objects.get(id);
      const lapsed = known !== undefined && at - (known.times.at(-1) ?? 0) > limits.window;
      const seen = known && !lapsed ? known : firstSeen(at);
      if (seen !== known) objects.set(id, seen);
      const basedOn = basedOnOf(review);
      if (basedOn > 0 && basedOn <= seen.basedOn) return;
      seen.basedOn = basedOn;
      seen.times = [...seen.times, at].slice(-timesKept);
      if (seen.times.length < looksFrom) return;
      for (const change of changesIn(review).slice(0, fieldsKept)) {
        const flips = seen.flips.get(change.path) ?? newFlips(change.path);
        if (!makeRoom(seen.flips, change.path)) continue;
        seen.flips.set(change.path, flips);
        follow(flips, change, user, at);
      }
    },

    /** The loop this object is in, as far as it shows in the requests seen here. */
    findingOn({ key }: Review, now: Millis): StandingFinding | undefined {
      const seen = objects.get(resourceId(key));
      if (!seen) return undefined;
      const told = [...seen.flips.values()].flatMap((flips) => judged(flips, now) ?? []);
      const fights = told.filter(({ fight }) => fight);
      const sure = fights.filter(({ confidence }) => confidence === 'high');
      const shown = [sure, fights, told].find(({ length }) => length > 0);
      if (!shown) return undefined;
      const fight = fights.length > 0;
      const minutes = Math.max(1, ((seen.times.at(-1) ?? 0) - (seen.times[0] ?? 0)) / 60_000);
      return {
        pattern: fight ? 'field-fight' : 'defaulting-loop',
        severity: 'warning',
        confidence: sure.length > 0 ? 'high' : 'medium',
        loop: true,
        subject: { type: 'object', ...key },
        writers: [...new Set(shown.flatMap(({ users }) => users))].map((name) => ({
          name,
          kind: 'user',
          confidence: 'high',
        })),
        fields: shown.map(({ path }) => path),
        perMinute: seen.times.length / minutes,
        remedy: fight ? 'give the field one owner' : 'write only what differs',
        since: seen.since,
      };
    },
  };
}

function firstSeen(at: Millis): Seen {
  return { since: at, basedOn: 0, times: [], flips: new Map() };
}

/** Those that may tell of a loop. A request to `status` reports, whatever it sends along. */
function changesIn({ key, subresource, oldObject, object }: Review): readonly FieldChange[] {
  return changedPaths(oldObject, object).filter(
    ({ path, timestamp }) =>
      !timestamp && !isSharedField(key, path) && (subresource !== 'status' || reported.test(path)),
  );
}

/** What a controller found, no wish of anybody: it goes back and forth with the world. */
const reported = /^\/status(\/|$)/;

/** A field that states a wish takes the place of one that is reported: a change of the first is what moves the others. */
function makeRoom(flips: Map<string, Flips>, path: string): boolean {
  if (flips.has(path) || flips.size < fieldsKept) return true;
  const less = reported.test(path) ? undefined : [...flips.keys()].find((each) => reported.test(each));
  return less !== undefined && flips.delete(less);
}

interface Judged {
  readonly path: string;
  readonly fight: boolean;
  readonly confidence: Confidence;
  readonly users: readonly string[];
}

/** One writer is never sure: whether generation climbs, and with it who is kept busy, only the analyzer sees. */
function judged({ path, returns }: Flips, now: Millis): Judged | undefined {
  const recent = returns.filter(({ at }) => now - at <= limits.window);
  const taken = recent.filter(({ by, undid }) => undid !== undefined && undid !== by);
  const parties = partiesOf(taken);
  if (taken.length >= limits.fight && parties.length > 1)
    return { path, fight: true, confidence: taken.length >= limits.surelyFight ? 'high' : 'medium', users: parties };
  if (reported.test(path) || isDeliberate(path)) return undefined;
  const byUser = Map.groupBy(
    recent.filter(({ by, undid }) => by === undid),
    ({ by }) => by,
  );
  const users = [...byUser].filter(([, own]) => own.length >= limits.alone).map(([user]) => user);
  return users.length === 0 ? undefined : { path, fight: false, confidence: 'medium', users };
}

/** Who has a part in a third of the turns: whoever edits the field once in between is no party. */
function partiesOf(turns: readonly Return[]): readonly string[] {
  const parts = Map.groupBy(
    turns.flatMap(({ by, undid }) => (undid === undefined ? [] : [by, undid])),
    (user) => user,
  );
  return [...parts].filter(([, own]) => own.length * 3 >= turns.length).map(([user]) => user);
}
