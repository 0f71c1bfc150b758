import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Millis } from '../../src/model/write.ts';
import { createAgenda } from './agenda.ts';
import { changedFields, isObject, managedFields, writtenBy, type Manager, type Ownership } from './managed-fields.ts';
import type { Mutation, Window } from './mutation.ts';
import { registryKey, type Named } from './registry.ts';
import { seeded, type Seeded } from './seeded.ts';
import { stored } from './stored.ts';

/** An object as it stands in the simulated cluster. */
export interface Entity {
  readonly body: Named;
  readonly owners: readonly Ownership[];
}

/** A JSON merge patch (RFC 7396): null removes, lists are replaced. */
export type Patch = JsonObject;

/** What an incident's controllers act on: a clock, random numbers, and an API server that keeps managedFields as the real one does. */
export interface Stage {
  readonly now: Millis;
  readonly random: Seeded;
  create(body: Named, by: Manager, options?: { leased?: boolean }): Entity;
  /** What changes nothing is not written, as in the API server (GuaranteedUpdate). */
  update(entity: Entity, by: Manager, patch: Patch): Entity;
  remove(entity: Entity, by: Manager): void;
  after(delay: Millis, run: () => void): void;
  /** Every `period` from a random phase on; `spread` is the fraction by which a period may differ. */
  every(period: Millis, run: () => void, spread?: number): void;
}

/** Plays controllers between `from` and `until`: their writes in order of time. Nothing is computed ahead of what is taken. */
export function* play({ from, until, seed }: Window, begin: (stage: Stage) => void): Generator<Mutation> {
  const agenda = createAgenda();
  const random = seeded(seed);
  let now = from;
  let written: Mutation[] = [];
  const write = (entity: Entity, by: Manager, leased: boolean): Entity => {
    const { body, owners } = entity;
    const value = stored({
      ...body,
      metadata: { ...body.metadata, managedFields: managedFields(owners, body.apiVersion) },
    });
    // The API server puts the Events of one minute under one lease (storage/etcd3/lease_manager.go).
    written.push({
      at: now,
      key: registryKey(body),
      value,
      by,
      ...(leased ? { lease: Math.floor(now / 60_000) } : {}),
    });
    return entity;
  };
  const every = (period: Millis, run: () => void, spread: number) => {
    run();
    agenda.add(now + period * random.between(1 - spread, 1 + spread), () => every(period, run, spread));
  };
  const stage: Stage = {
    get now() {
      return now;
    },
    random,
    create: (body, by, { leased = false } = {}) =>
      write({ body, owners: writtenBy([], by, now, changedFields({}, body)) }, by, leased),
    update(entity, by, patch) {
      const patched = merged(entity.body, patch) as Named;
      const change = changedFields(entity.body, patched);
      if (change.taken.length === 0 && change.gone.length === 0) return entity;
      return write(
        { body: withGeneration(entity.body, patched), owners: writtenBy(entity.owners, by, now, change) },
        by,
        false,
      );
    },
    remove: ({ body }, by) => void written.push({ at: now, key: registryKey(body), by }),
    after: (delay, run) => agenda.add(now + delay, run),
    every: (period, run, spread = 0.02) => agenda.add(now + random.next() * period, () => every(period, run, spread)),
  };
  agenda.add(from, () => begin(stage));
  for (let entry = agenda.take(); entry && entry.at < until; entry = agenda.take()) {
    now = Math.floor(entry.at);
    written = [];
    entry.run();
    yield* written;
  }
}

function merged(value: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const base: Record<string, Json> = isObject(value) ? { ...value } : {};
  for (const [key, child] of Object.entries(patch)) {
    if (child === null) delete base[key];
    else base[key] = merged(base[key], child);
  }
  return base;
}

/** Resources without a status subresource count every change of their content. */
const countsAll = new Set(['PolicyReport', 'EphemeralReport']);

function withGeneration(before: Named, after: Named): Named {
  const { generation } = after.metadata;
  if (typeof generation !== 'number' || after.kind === 'Pod') return after; // binding leaves a pod's generation alone
  const ignored = countsAll.has(after.kind) ? { metadata: null } : { metadata: null, status: null };
  const content = (object: Named) => JSON.stringify({ ...object, ...ignored });
  if (content(before) === content(after)) return after;
  return { ...after, metadata: { ...after.metadata, generation: generation + 1 } };
}
