import type { Json, JsonObject } from '../model/json.ts';
import { isObject, parseJson } from './json-text.ts';
import { put, type MutableObject } from './put.ts';

/** Deeper than any object means something; the API server itself stops at 10,000. Keeps walks off the stack's end. */
export const maxDepth = 200;

/** As `parseJson`, but objects and lists that lie below `maxDepth` are cut to null: a thread could not even hand them over. */
export function parseShallow(text: string): Json | undefined {
  const value = parseJson(text);
  return isContainer(value) && nestsDeeper(value, maxDepth) ? cut(value, maxDepth) : value;
}

type Container = readonly Json[] | JsonObject;

function isContainer(value: Json | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Of every value that is read: no closures, and no calls for leaves. */
function nestsDeeper(value: Container, levels: number): boolean {
  if (levels === 0) return true;
  if (isObject(value)) {
    for (const key in value) {
      const child = value[key];
      if (isContainer(child) && nestsDeeper(child, levels - 1)) return true;
    }
    return false;
  }
  for (const child of value) if (isContainer(child) && nestsDeeper(child, levels - 1)) return true;
  return false;
}

function cut(value: Json, levels: number): Json {
  if (!isContainer(value)) return value;
  if (levels === 0) return null;
  if (!isObject(value)) return value.map((item) => cut(item, levels - 1));
  const out: MutableObject = {};
  for (const key in value) put(out, key, cut(value[key]!, levels - 1));
  return out;
}
