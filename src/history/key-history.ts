import { isOpaque, type DecodedObject, type Digest, type FieldChange, type ManagedFields } from '../model/object.ts';
import type { Observation } from '../model/observation.ts';
import type { Writer } from '../model/writer.ts';
import { changedPaths } from '../objects/changed-paths.ts';
import { digests } from '../objects/digests.ts';
import { actorOf, makerOf, writerOf } from './actor.ts';
import type { Changes } from './changes.ts';
import { FieldTrails } from './field-trails.ts';
import { OwnershipTrail } from './ownership-trail.ts';
import { WriterTally } from './writer-tally.ts';

interface Seen {
  readonly object: DecodedObject;
  readonly h1: Digest;
  readonly h2: Digest;
}

/** The uid of the object inside a vCluster that one on its host is a copy of. */
const vclusterOriginal = 'vcluster.loft.sh/object-uid';

/** Contents an object is remembered by when looking for repeats. */
const remembered = 8;

/** Takes the revisions of one key in order; `changes` may be asked at any time. */
export class KeyHistory {
  readonly #trails: FieldTrails;
  readonly #writers = new WriterTally();
  readonly #timestampWriters = new WriterTally();
  readonly #makers = new WriterTally();
  readonly #removers = new WriterTally();
  readonly #ownership = new OwnershipTrail();
  readonly #timestampPaths = new Map<string, number>();
  readonly #managers = new Map<string, Writer>();
  readonly #uids = new Set<string>();
  readonly #births: number[] = [];
  readonly #originals = new Set<string>();
  readonly #times: number[] = [];
  readonly #sums = {
    revisions: 0,
    deletes: 0,
    count: 0,
    gaps: 0,
    noChange: 0,
    timestampOnly: 0,
    annotationOnly: 0,
    repeats: 0,
    generationDelta: 0,
    restarts: 0,
  };
  #contents: Digest[] = [];
  #previous: Seen | undefined;
  #last: DecodedObject | undefined;

  constructor(pathsKept: number) {
    this.#trails = new FieldTrails(pathsKept);
  }

  observe(observation: Observation): void {
    const { object, at, gapBefore } = observation;
    if (at !== undefined) this.#times.push(at);
    if (!object) {
      this.#sums.deletes++;
      if (observation.writer) this.#removers.add(observation.writer);
      this.#beginAnew();
      return;
    }
    if (isOpaque(object.encoding)) return;
    this.#meet(object, observation);
    const seen: Seen = { object, ...digests(object.body) };
    const before = this.#previous;
    this.#previous = seen;
    if (before && gapBefore !== true) {
      this.#compare(before, seen, observation);
      return;
    }
    if (before) this.#sums.gaps++;
    this.#contents = [seen.h2];
  }

  changes(): Changes {
    const { count, timestampOnly } = this.#sums;
    return {
      ...this.#sums,
      ...this.#trails.histories(),
      incarnations: this.#uids.size,
      births: this.#births,
      makers: this.#makers.shares(),
      removers: this.#removers.shares(),
      originals: this.#originals.size,
      ownership: this.#ownership.history(),
      timestampOnlyShare: count === 0 ? 0 : timestampOnly / count,
      timestampPaths: [...this.#timestampPaths]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .map(([path]) => path),
      timestampWriters: this.#timestampWriters.shares(),
      writers: this.#writers.shares(),
      managers: [...this.#managers.values()],
      times: this.#times,
      last: this.#last,
    };
  }

  /** Another object takes the name: fields are not compared across, what was counted stays. */
  #beginAnew(): void {
    this.#previous = undefined;
    this.#contents = [];
    this.#trails.forget();
    this.#ownership.forget();
  }

  #meet(object: DecodedObject, { writer, at }: Observation): void {
    if (this.#previous && this.#previous.object.uid !== object.uid) this.#beginAnew();
    this.#sums.revisions++;
    this.#last = object;
    if (!this.#uids.has(object.uid ?? '')) {
      this.#uids.add(object.uid ?? '');
      if (at !== undefined) this.#births.push(at);
      const maker = writer ?? makerOf(object);
      if (maker) this.#makers.add(maker);
    }
    const original = object.annotations[vclusterOriginal];
    if (original !== undefined) this.#originals.add(original);
    for (const entry of object.managedFields) {
      if (mayRemoveUnseen(entry)) this.#managers.set(entry.manager, writerOf(entry));
    }
  }

  #compare(before: Seen, after: Seen, observation: Observation): void {
    const sums = this.#sums;
    sums.count++;
    sums.generationDelta += (after.object.generation ?? 0) - (before.object.generation ?? 0);
    this.#recallContent(after.h2);
    if (before.h1 === after.h1) {
      sums.noChange++;
      this.#ownership.step(before.object, after.object);
      return;
    }
    const changes = changedPaths(before.object.body, after.object.body);
    const paths = changes.map(({ path }) => path);
    const manager = actorOf(before.object, after.object, paths) ?? givenManager(observation);
    const { writer = manager, at } = observation;
    if (writer) this.#writers.add(writer);
    if (before.h2 === after.h2) this.#countTimestamps(paths, writer);
    if (paths.every((path) => path.startsWith('/metadata/annotations/'))) sums.annotationOnly++;
    for (const change of changes) {
      sums.restarts += restartsOf(change);
      this.#trails.follow(change, before.object, { writer, manager, at });
    }
  }

  #recallContent(h2: Digest): void {
    if (this.#contents.includes(h2)) this.#sums.repeats++;
    if (this.#contents.at(-1) !== h2) this.#contents.push(h2);
    if (this.#contents.length > remembered) this.#contents.shift();
  }

  #countTimestamps(paths: readonly string[], writer: Writer | undefined): void {
    this.#sums.timestampOnly++;
    if (writer) this.#timestampWriters.add(writer);
    for (const path of paths) this.#timestampPaths.set(path, (this.#timestampPaths.get(path) ?? 0) + 1);
  }
}

function givenManager({ manager, writer }: Observation): Writer | undefined {
  return manager === undefined
    ? undefined
    : { name: manager, kind: 'fieldManager', confidence: writer?.confidence ?? 'medium' };
}

/** An apply that removes is stamped, and a status update keeps to status. */
function mayRemoveUnseen({ operation, subresource }: ManagedFields): boolean {
  return operation === 'Update' && subresource === undefined;
}

function restartsOf({ path, before, after }: FieldChange): number {
  if (!path.endsWith('/restartCount') || typeof after !== 'number') return 0;
  return Math.max(0, after - (typeof before === 'number' ? before : 0));
}
