import type { Json, JsonObject } from '../model/json.ts';
import { isObject } from '../objects/json-text.ts';

/**
 * Whether a fieldsV1 set covers the field at a JSON pointer as `changedPaths` writes them: list items by key
 * (`containers/name=web`, stored as `k:{"name":"web"}`), of a set by value (`finalizers/=x`, stored as `v:"x"`). A set that ends above the field owns all below it (atomic).
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
  const byName = asObject(node[`f:${segment}`]);
  if (byName) return byName;
  if (segment.startsWith('#')) return asObject(node[`i:${segment.slice(1)}`]);
  if (segment.startsWith('=')) return asObject(node[`v:${JSON.stringify(segment.slice(1))}`]);
  if (!segment.includes('=')) return undefined;
  for (const key in node) {
    if (key.startsWith('k:') && namesItem(key.slice(2), segment)) return asObject(node[key]);
  }
  return undefined;
}

function namesItem(key: string, segment: string): boolean {
  const parts = keyParts(key);
  return parts.includes(segment) || parts.join(',') === segment;
}

function keyParts(key: string): string[] {
  try {
    const parts: unknown = JSON.parse(key);
    return Object.entries(parts ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  } catch {
    return [];
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
