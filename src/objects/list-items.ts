import type { Json, JsonObject } from '../model/json.ts';
import { isObject } from './json-text.ts';
import { mergeKeys } from './schema.ts';

/** Tried in this order after Kubernetes' own merge keys; several fields together where none alone tells items apart. */
const usualKeys: readonly (readonly string[])[] = [
  ['name'],
  ['type'],
  ['key'],
  ['uid'],
  ['id'],
  ['ip'],
  ['containerPort'],
  ['port'],
  ['mountPath'],
  ['path'],
  ['host'],
  ['hostname'],
  ['topologyKey'],
  ['addresses'],
  ['port', 'protocol'],
  ['containerPort', 'protocol'],
  ['policy', 'rule'],
  ['kind', 'name'],
  ['kind', 'namespace', 'name'],
  ['manager', 'operation', 'subresource'],
];

/** Of the items of both versions of a list, in their order. */
export interface Names {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * How items of a list of objects are told apart: a path segment for each (`name=web`, `policy=p,rule=r`), distinct within
 * both versions of the list. undefined where no field or pair of fields does.
 */
export function itemNames(list: string, before: readonly Json[], after: readonly Json[]): Names | undefined {
  if (!before.every(isObject) || !after.every(isObject)) return undefined;
  for (const fields of [...ownKeys(list), ...usualKeys]) {
    const then = distinctNames(fields, before);
    const now = then && distinctNames(fields, after);
    if (then && now) return { before: then, after: now };
  }
  return undefined;
}

function ownKeys(list: string): readonly (readonly string[])[] {
  return Object.hasOwn(mergeKeys, list) ? mergeKeys[list]!.split(' ').map((key) => [key]) : [];
}

function namesBy(fields: readonly string[], items: readonly JsonObject[]): string[] | undefined {
  const names: string[] = [];
  for (const item of items) {
    const parts: string[] = [];
    for (const field of fields) {
      const value = item[field];
      if (typeof value === 'string' || typeof value === 'number') parts.push(`${field}=${value}`);
      // Endpoints of a slice have nothing but their addresses, in practice one.
      else if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string')
        parts.push(`${field}=${value[0]}`);
    }
    // Of several fields the first must be there: CEL policies report no rule, but always a policy.
    if (parts.length === 0 || !parts[0]!.startsWith(`${fields[0]}=`)) return undefined;
    names.push(parts.join(','));
  }
  return names;
}

/** What `namesBy` said last of a list: the newer version of one comparison is the older one of the next. */
const remembered = new WeakMap<readonly JsonObject[], { readonly by: string; readonly names: readonly string[] }>();

function distinctNames(fields: readonly string[], items: readonly JsonObject[]): readonly string[] | undefined {
  const last = remembered.get(items);
  if (last && last.by === fields.join(' ')) return last.names;
  const names = namesBy(fields, items);
  if (names === undefined || new Set(names).size < names.length) return undefined;
  remembered.set(items, { by: fields.join(' '), names });
  return names;
}
