import { changedPaths, isTimestampPath } from '../objects/changed-paths.ts';
import { digests } from '../objects/digests.ts';
import type { DecodedObject, Digest, FieldChange, ManagedFields } from '../model/object.ts';
import type { Observation } from '../model/observation.ts';
import type { Writer } from '../model/writer.ts';
import { actorOf, ownerOf, writerOf } from './actor.ts';
import type { Changes } from './changes.ts';
import { PathTrail } from './path-trail.ts';
import { WriterTally } from './writer-tally.ts';

export interface HistoryOptions {
  /** Fields followed per key; an object that grows new ones without end stays bounded. */
  readonly pathsKept?: number;
}

interface Seen {
  readonly object: DecodedObject;
  readonly h1: Digest;
  readonly h2: Digest;
}

/** Contents an object is remembered by when looking for repeats. */
const remembered = 8;

/** Compares the revisions of one key, given in revision order, and keeps what moved, how and by whom; never a value. */
export function buildHistory(observations: readonly Observation[], { pathsKept = 512 }: HistoryOptions = {}): Changes {
  const trails = new Map<string, PathTrail>();
  const timestampTrails = new Map<string, number>();
  const timestampWriters = new WriterTally();
  const writers = new WriterTally();
  const managers = new Map<string, Writer>();
  const uids = new Set<string>();
  const times: number[] = [];
  const sum = {
    revisions: 0,
    deletes: 0,
    count: 0,
    gaps: 0,
    noChange: 0,
    ownershipOnly: 0,
    timestampOnly: 0,
    annotationOnly: 0,
  };
  let [repeats, generationDelta, restarts, pathsDropped] = [0, 0, 0, 0];
  let contents: Digest[] = [];
  let previous: Seen | undefined;
  let last: DecodedObject | undefined;

  const restart = (): void => {
    previous = undefined;
    contents = [];
    for (const trail of trails.values()) trail.forget();
  };
  const trailOf = (path: string): PathTrail | undefined => {
    const known = trails.get(path);
    if (known) return known;
    if (trails.size >= pathsKept) return undefined;
    const trail = new PathTrail(path);
    trails.set(path, trail);
    return trail;
  };

  for (const observation of observations) {
    if (observation.at !== undefined) times.push(observation.at);
    const { object } = observation;
    if (!object) {
      sum.deletes++;
      restart();
      continue;
    }
    if (object.encoding === 'encrypted' || object.encoding === 'unknown') continue;
    sum.revisions++;
    last = object;
    uids.add(object.uid ?? '');
    for (const entry of object.managedFields) if (mayRemoveUnseen(entry)) managers.set(entry.manager, writerOf(entry));
    if (previous && previous.object.uid !== object.uid) restart();

    const seen: Seen = { object, ...digests(object.body) };
    const before = previous;
    previous = seen;
    if (observation.gapBefore === true && before) {
      sum.gaps++;
      contents = [seen.h2];
      continue;
    }
    if (!before) {
      contents = [seen.h2];
      continue;
    }

    sum.count++;
    generationDelta += (object.generation ?? 0) - (before.object.generation ?? 0);
    if (contents.includes(seen.h2)) repeats++;
    if (contents.at(-1) !== seen.h2) contents.push(seen.h2);
    if (contents.length > remembered) contents.shift();
    if (before.h1 === seen.h1) {
      sum.noChange++;
      if (ownershipMoved(before.object.managedFields, object.managedFields)) sum.ownershipOnly++;
      continue;
    }

    const changes = changedPaths(before.object.body, object.body);
    const paths = changes.map(({ path }) => path);
    const writer = observation.writer ?? actorOf(before.object, object, paths);
    if (writer) writers.add(writer);
    if (before.h2 === seen.h2) {
      sum.timestampOnly++;
      if (writer) timestampWriters.add(writer);
      for (const path of paths) timestampTrails.set(path, (timestampTrails.get(path) ?? 0) + 1);
    }
    if (paths.every((path) => path.startsWith('/metadata/annotations/'))) sum.annotationOnly++;
    for (const change of changes) {
      restarts += restartsOf(change);
      const trail = trailOf(change.path);
      if (!trail) {
        pathsDropped++;
        continue;
      }
      trail.step({
        before: change.before,
        after: change.after,
        owner: ownerOf(before.object, change.path),
        writer,
        at: observation.at,
        timestamp: isTimestampPath(change.path, change.after ?? change.before ?? null),
        reordered: change.reordered === true,
      });
    }
  }

  return {
    ...sum,
    repeats,
    generationDelta,
    restarts,
    pathsDropped,
    incarnations: uids.size,
    timestampOnlyShare: sum.count === 0 ? 0 : sum.timestampOnly / sum.count,
    timestampPaths: [...timestampTrails].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path]) => path),
    timestampWriters: timestampWriters.shares(),
    paths: [...trails.values()]
      .map((trail) => trail.history())
      .sort((a, b) => b.changes - a.changes || (a.path < b.path ? -1 : 1)),
    writers: writers.shares(),
    managers: [...managers.values()],
    times,
    last,
  };
}

/** An apply that removes is stamped, and a status update keeps to status. */
function mayRemoveUnseen({ operation, subresource }: ManagedFields): boolean {
  return operation === 'Update' && subresource === undefined;
}

function ownershipMoved(before: readonly ManagedFields[], after: readonly ManagedFields[]): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

function restartsOf({ path, before, after }: FieldChange): number {
  if (!path.endsWith('/restartCount') || typeof after !== 'number') return 0;
  return Math.max(0, after - (typeof before === 'number' ? before : 0));
}
