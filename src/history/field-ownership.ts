import type { JsonObject } from '../model/json.ts';
import { asObject, isObject, parseJson } from '../objects/json-text.ts';

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
  const keys = namesOf(node, segment);
  return keys.map((key) => node[key]).find(isObject);
}

/** What fieldsV1 may call a segment: a field, a member of a set, an item by place or by its keys. */
function namesOf(node: JsonObject, segment: string): string[] {
  const field = `f:${segment}`;
  if (segment.startsWith('#')) return [field, `i:${segment.slice(1)}`];
  if (segment.startsWith('=')) return [field, `v:${JSON.stringify(segment.slice(1))}`];
  if (!segment.includes('=')) return [field];
  return [field, ...Object.keys(node).filter((key) => key.startsWith('k:') && namesItem(key.slice(2), segment))];
}

function namesItem(key: string, segment: string): boolean {
  const parts = Object.entries(asObject(parseJson(key))).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return parts.includes(segment) || parts.join(',') === segment;
}
