import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { Millis } from '../../../src/model/write.ts';
import { resourceOf, builtinOfKind } from '../../../src/objects/kinds.ts';
import { encodeObject } from '../../incidents/encode.ts';
import {
  changedFields,
  isObject,
  managedFields,
  rfc3339,
  type Manager,
  type Ownership,
} from '../../incidents/managed-fields.ts';
import { storedJson, type Named } from '../../incidents/registry.ts';
import type { StoredWrite } from './world.ts';

export const noon: Millis = Date.UTC(2025, 5, 1, 12);

/** A field manager, or one with the user behind it where an audit log tells. */
export type By = string | (Manager & { readonly user?: string });

/** Writes objects as an API server stores them, at moments of the test's choosing. */
export interface Recording {
  readonly writes: readonly StoredWrite[];
  now(): Millis;
  /** Goes on by so many seconds. */
  wait(seconds: number): void;
  create(object: Draft, by: By): Named;
  /** A merge patch (RFC 7396). What changes nothing is not written. */
  patch(object: Named, by: By, patch: JsonObject): Named;
  /** A server-side apply of values the object has already: all that changes is whose they are. */
  own(object: Named, by: By, values: JsonObject): void;
  remove(object: Named): void;
}

export interface Draft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string };
  readonly [field: string]: Json;
}

interface Stored {
  readonly body: Named;
  readonly owners: readonly Ownership[];
}

export function recording(from: Millis = noon): Recording {
  let now = from;
  let uids = 0;
  const writes: StoredWrite[] = [];
  const live = new Map<string, Stored>();
  const put = (stored: Stored, by: By): Named => {
    const key = keyOf(stored.body);
    live.set(key, stored);
    const entries = managedFields(stored.owners, stored.body.apiVersion);
    const body: Named = { ...stored.body, metadata: { ...stored.body.metadata, managedFields: entries } };
    const { user, manager }: Exclude<By, string> = typeof by === 'string' ? { manager: by } : by;
    writes.push({
      key,
      value: builtinOf(body) ? encodeObject(body) : storedJson(body),
      at: now,
      ...(user !== undefined && { user, manager }),
    });
    return stored.body;
  };
  return {
    writes,
    now: () => now,
    wait: (seconds) => void (now += seconds * 1000),
    create(draft, by) {
      const uid = `00000000-0000-4000-8000-${String(++uids).padStart(12, '0')}`;
      const body: Named = { ...draft, metadata: { uid, creationTimestamp: rfc3339(now), ...draft.metadata } };
      return put({ body, owners: ownedAfter([], by, now, changedFields({}, body)) }, by);
    },
    patch(object, by, change) {
      const old = live.get(keyOf(object));
      if (!old) throw new Error(`${keyOf(object)} does not exist`);
      const body = withGeneration(old.body, merged(old.body, change) as Named);
      const fields = changedFields(old.body, body);
      if (fields.taken.length + fields.gone.length === 0) return body;
      return put({ body, owners: ownedAfter(old.owners, by, now, fields) }, by);
    },
    own(object, by, values) {
      const old = live.get(keyOf(object));
      if (!old) throw new Error(`${keyOf(object)} does not exist`);
      const { user: _, ...manager }: Exclude<By, string> = typeof by === 'string' ? { manager: by } : by;
      const others = old.owners.filter((entry) => entry.manager !== manager.manager || entry.operation !== 'Apply');
      const mine = {
        ...manager,
        operation: 'Apply' as const,
        at: now,
        fields: new Set(changedFields({}, values).taken),
      };
      put({ body: old.body, owners: [...others, mine].filter((entry) => entry.fields.size > 0) }, by);
    },
    remove(object) {
      live.delete(keyOf(object));
      writes.push({ key: keyOf(object), at: now });
    },
  };
}

/** Climbs with every change outside metadata and status, for kinds whose draft states one. */
function withGeneration(before: Named, after: Named): Named {
  const { generation } = before.metadata;
  if (typeof generation !== 'number') return after;
  const desired = (object: JsonObject): string => JSON.stringify({ ...object, metadata: null, status: null });
  if (desired(before) === desired(after)) return after;
  return { ...after, metadata: { ...after.metadata, generation: generation + 1 } };
}

/**
 * As structured-merge-diff keeps owners, checked against a real API server: who sets a field takes it and is stamped;
 * a plain update that only removes leaves no trace, an apply is stamped whatever it does.
 */
function ownedAfter(
  entries: readonly Ownership[],
  by: By,
  at: Millis,
  { taken, gone }: { taken: string[]; gone: string[] },
): Ownership[] {
  const { user: _, ...manager }: Exclude<By, string> = typeof by === 'string' ? { manager: by } : by;
  const moved = new Set([...taken, ...gone]);
  const isOwn = (entry: Ownership): boolean =>
    entry.manager === manager.manager &&
    entry.operation === manager.operation &&
    entry.subresource === manager.subresource;
  const kept = entries.map((entry) => ({
    ...entry,
    fields: new Set([...entry.fields].filter((field) => !moved.has(field))),
  }));
  const own = kept.find(isOwn);
  const others = kept.filter((entry) => !isOwn(entry));
  const fields = new Set([...(own?.fields ?? []), ...taken]);
  const stamped = taken.length > 0 || manager.operation === 'Apply';
  const mine = { ...manager, at: stamped ? at : (own?.at ?? at), fields };
  return [...others, mine].filter((entry) => entry.fields.size > 0);
}

function builtinOf({ apiVersion, kind }: Named): boolean {
  return builtinOfKind(groupOf(apiVersion), kind) !== undefined;
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** Where the API server stores what is not stored under its own plural. */
const places: Readonly<Record<string, string>> = {
  Service: 'services/specs',
  Endpoints: 'services/endpoints',
  Ingress: 'ingress',
  Node: 'minions',
};

function keyOf(object: Named): string {
  const { apiVersion, kind, metadata } = object;
  const { resource } = resourceOf({ group: groupOf(apiVersion), kind, name: metadata.name });
  const place = places[kind] ?? (builtinOf(object) ? resource : `${groupOf(apiVersion)}/${resource}`);
  return ['/registry', place, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join(
    '/',
  );
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
