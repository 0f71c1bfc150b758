import type { JsonObject } from '../model/json.ts';
import { parseShallow } from '../objects/depth.ts';
import { asObject, isObject } from '../objects/json-text.ts';

/**
 * Whether a fieldsV1 set covers the field at a JSON pointer as `changedPaths` writes them: list items by key
 * (`containers/name=web`, stored as `k:{"name":"web"}`), of a set by value (`finalizers/=x`, stored as `v:"x"`). A set
 * that ends above the field owns all below it (atomic).
 */
export function ownsField(fields: JsonObject, path: string): boolean {
  let node = fields;
  for (const segment of segmentsOf(path)) {
    if (isLeaf(node)) return node !== fields;
    const child = childOf(node, segment);
    if (!child) return false;
    node = child;
  }
  return true;
}

/** The fields a fieldsV1 set names, as JSON pointers like those of `changedPaths`, without the objects around them. */
export function ownedPaths(fields: JsonObject, parent = ''): string[] {
  return Object.entries(fields).flatMap(([key, child]) => {
    if (key === '.' || !isObject(child)) return [];
    const path = `${parent}/${segmentOf(key)}`;
    return Object.keys(child).some((name) => name !== '.') ? ownedPaths(child, path) : [path];
  });
}

/** `f:replicas` -> `replicas`, `k:{"name":"web"}` -> `name=web`, `v:"x"` -> `=x`, `i:0` -> `#0`. */
function segmentOf(key: string): string {
  const rest = key.slice(2);
  const name = key.startsWith('k:')
    ? itemParts(rest).join(',')
    : key.startsWith('v:')
      ? `=${rest.replace(/^"|"$/g, '')}`
      : key.startsWith('i:')
        ? `#${rest}`
        : rest;
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const isLeaf = (node: JsonObject): boolean => {
  for (const _ in node) return false;
  return true;
};

/** The parts of a JSON pointer, unescaped (RFC 6901). */
function segmentsOf(path: string): string[] {
  const parts = path.split('/').slice(1);
  return path.includes('~') ? parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')) : parts;
}

function childOf(node: JsonObject, segment: string): JsonObject | undefined {
  const field = node[`f:${segment}`];
  if (isObject(field)) return field;
  return namesOf(node, segment)
    .map((key) => node[key])
    .find(isObject);
}

/** What else than a field fieldsV1 may call a segment: a member of a set, an item by place or by its keys. */
function namesOf(node: JsonObject, segment: string): string[] {
  if (segment.startsWith('#')) return [`i:${segment.slice(1)}`];
  if (segment.startsWith('=')) return [`v:${JSON.stringify(segment.slice(1))}`];
  if (!segment.includes('=')) return [];
  return Object.keys(node).filter((key) => key.startsWith('k:') && namesItem(key.slice(2), segment));
}

function itemParts(key: string): string[] {
  return Object.entries(asObject(parseShallow(key))).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}

function namesItem(key: string, segment: string): boolean {
  const parts = itemParts(key);
  return parts.includes(segment) || parts.join(',') === segment;
}
