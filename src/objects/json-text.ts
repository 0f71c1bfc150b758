import type { Json, JsonObject } from '../model/json.ts';

// The one place where the parser's `any` becomes a type: JSON text holds nothing but Json.
const parse: (text: string) => Json = JSON.parse;

/** undefined where the text is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** undefined for anything but a string that is not empty. */
export function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
