import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Millis } from '../../src/model/write.ts';

/** Who makes a write, as its managedFields entry names it. */
export interface Manager {
  readonly manager: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  /** Where it differs from the object's own, as for an Event written through events.k8s.io. */
  readonly apiVersion?: string;
}

/** One entry of managedFields with its fields as paths of `f:` and `k:` segments, joined by a character no segment holds. */
export interface Ownership extends Manager {
  readonly at: Millis;
  readonly fields: ReadonlySet<string>;
}

const joint = '\n';

/** Lists whose items have an identity; every other list is owned as one. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ownerReferences: ['uid'],
  ports: ['containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Set by the API server itself, so owned by nobody. */
const unowned = new Set(
  [
    'apiVersion',
    'kind',
    'metadata/name',
    'metadata/namespace',
    'metadata/uid',
    'metadata/creationTimestamp',
    'metadata/generation',
  ].map((path) =>
    path
      .split('/')
      .map((segment) => `f:${segment}`)
      .join(joint),
  ),
);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

function itemsByKey(list: Json | undefined, keys: readonly string[]): Map<string, Json> {
  const items = new Map<string, Json>();
  if (!isList(list)) return items;
  for (const item of list) {
    if (!isObject(item)) continue;
    const key = keys
      .filter((name) => item[name] !== undefined)
      .map((name) => `${JSON.stringify(name)}:${JSON.stringify(item[name])}`);
    items.set(`k:{${key.join(',')}}`, item);
  }
  return items;
}

function children(value: Json | undefined, name: string): Map<string, Json> | undefined {
  const keys = listKeys[name];
  if (keys && isList(value) && value.every(isObject)) return itemsByKey(value, keys);
  if (isObject(value) && Object.keys(value).length > 0)
    return new Map(Object.entries(value).map(([key, child]) => [`f:${key}`, child]));
  return undefined;
}

/** Paths that a change from `before` to `after` takes into ownership, and those that no longer exist. */
export function changedFields(before: JsonObject, after: JsonObject): { taken: string[]; gone: string[] } {
  const taken: string[] = [];
  const gone: string[] = [];
  const walk = (old: Json | undefined, young: Json | undefined, path: readonly string[]) => {
    if (old === young || unowned.has(path.join(joint))) return;
    const name = path.at(-1)?.slice(2) ?? '';
    const [oldChildren, youngChildren] = [children(old, name), children(young, name)];
    if (oldChildren || youngChildren) {
      for (const [segment, child] of youngChildren ?? []) walk(oldChildren?.get(segment), child, [...path, segment]);
      for (const [segment, child] of oldChildren ?? [])
        if (!youngChildren?.has(segment)) walk(child, undefined, [...path, segment]);
      return;
    }
    if (young === undefined) gone.push(path.join(joint));
    else if (JSON.stringify(old) !== JSON.stringify(young)) taken.push(path.join(joint));
  };
  walk(before, after, []);
  return { taken, gone };
}

const sameManager = (a: Manager, b: Manager) =>
  a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;

/** The entries after a write: its fields move to its manager's entry, whose time moves with them; an entry left without fields goes. */
export function writtenBy(
  entries: readonly Ownership[],
  by: Manager,
  at: Millis,
  change: { taken: string[]; gone: string[] },
): Ownership[] {
  if (change.taken.length === 0 && change.gone.length === 0) return [...entries];
  const moved = new Set([...change.taken, ...change.gone]);
  const others = entries
    .filter((entry) => !sameManager(entry, by))
    .map((entry) => ({ ...entry, fields: new Set([...entry.fields].filter((field) => !moved.has(field))) }))
    .filter((entry) => entry.fields.size > 0);
  const own = entries.find((entry) => sameManager(entry, by));
  const fields = new Set([...(own?.fields ?? []), ...change.taken].filter((field) => !change.gone.includes(field)));
  return fields.size > 0 ? [...others, { ...by, at, fields }] : others;
}

/** With the second's resolution that metav1.Time has. */
export const rfc3339 = (at: Millis): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
export const rfc3339Micro = (at: Millis): string => `${new Date(at).toISOString().slice(0, 23)}000Z`;

function fieldsV1(fields: ReadonlySet<string>): JsonObject {
  const root: Record<string, Json> = {};
  for (const field of [...fields].toSorted()) {
    let node: Record<string, Json> = root;
    for (const segment of field.split(joint)) node = (node[segment] ??= {}) as Record<string, Json>;
  }
  return root;
}

export function managedFields(entries: readonly Ownership[], apiVersion: string): readonly Json[] {
  return entries.map((entry) => ({
    apiVersion: entry.apiVersion ?? apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsV1(entry.fields),
    manager: entry.manager,
    operation: entry.operation ?? 'Update',
    ...(entry.subresource === undefined ? {} : { subresource: entry.subresource }),
    time: rfc3339(entry.at),
  }));
}
