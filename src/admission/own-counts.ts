import { LRUCache } from 'lru-cache';
import type { StandingFinding } from '../model/batch.ts';
import { resourceId } from '../model/resource.ts';
import type { Millis, Revision } from '../model/write.ts';
import type { Confidence } from '../model/writer.ts';
import { changedPaths } from '../objects/changed-paths.ts';
import { follow, newFlips, type Flips } from './flips.ts';
import { basedOnOf, type Review } from './review.ts';

/** What of an object's requests is remembered. */
interface Seen {
  readonly since: Millis;
  /** The newest version a request was based on; 0 where none said. */
  basedOn: Revision;
  /** The last requests that changed something, oldest first. */
  times: readonly Millis[];
  readonly flips: Map<string, Flips>;
  /** Users, the latest last. */
  users: readonly string[];
}

/** As churn-patterns.md sets them for field fights, and for one writer more, because an autoscaler goes back and forth as well. */
const limits = { window: 600_000, fight: 2, surelyFight: 4, alone: 6, surelyAlone: 10 };

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
      const { key, user, operation, dryRun, object, oldObject } = review;
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
      seen.users = [...seen.users.filter((name) => name !== user), user].slice(-fieldsKept);
      if (seen.times.length < looksFrom) return;
      for (const change of changedPaths(oldObject, object).slice(0, fieldsKept)) {
        if (change.timestamp) continue;
        let flips = seen.flips.get(change.path);
        if (flips === undefined) {
          if (seen.flips.size >= fieldsKept) continue;
          seen.flips.set(change.path, (flips = newFlips(change.path)));
        }
        follow(flips, change, user, at);
      }
    },

    /** The loop this object is in, as far as it shows in the requests seen here. */
    findingOn({ key }: Review, now: Millis): StandingFinding | undefined {
      const seen = objects.get(resourceId(key));
      if (!seen || seen.flips.size === 0) return undefined;
      const recent = (times: readonly Millis[]): number => times.filter((at) => now - at <= limits.window).length;
      const judged = [...seen.flips.values()].flatMap((flips) => {
        const confidence = confidenceOf(recent(flips.returns), recent(flips.alternations));
        return confidence ? [{ path: flips.path, confidence, fight: recent(flips.alternations) >= limits.fight }] : [];
      });
      if (judged.length === 0) return undefined;
      const sure = judged.filter(({ confidence }) => confidence === 'high');
      const shown = sure.length > 0 ? sure : judged;
      const fight = shown.some((each) => each.fight);
      const minutes = Math.max(1, ((seen.times.at(-1) ?? 0) - (seen.times[0] ?? 0)) / 60_000);
      return {
        pattern: fight ? 'field-fight' : 'defaulting-loop',
        severity: 'warning',
        confidence: sure.length > 0 ? 'high' : 'medium',
        loop: true,
        subject: { type: 'object', ...key },
        writers: (fight ? seen.users : seen.users.slice(-1)).map((name) => ({
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
  return { since: at, basedOn: 0, times: [], flips: new Map(), users: [] };
}

function confidenceOf(returns: number, alternations: number): Confidence | undefined {
  if (alternations >= limits.surelyFight || returns >= limits.surelyAlone) return 'high';
  return alternations >= limits.fight || returns >= limits.alone ? 'medium' : undefined;
}
