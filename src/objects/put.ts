import type { Json } from '../model/json.ts';

export interface MutableObject {
  [key: string]: Json;
}

/** Sets a property whatever its name: a ConfigMap may well have a key `__proto__`, and plain assignment would lose it. */
export function put(into: MutableObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
  else into[key] = value;
}

/** What this folder itself made is still open to be added to. */
export function isMutableList(value: Json | undefined): value is Json[] {
  return Array.isArray(value);
}

export function isMutableObject(value: Json | undefined): value is MutableObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
