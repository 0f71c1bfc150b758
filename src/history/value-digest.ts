import type { Json } from '../model/json.ts';
import type { Digest } from '../model/object.ts';

/** Digest of one field's value, whatever the order of its keys; an absent field has its own. */
export function valueDigest(value: Json | undefined): Digest {
  const text = value === undefined ? 'absent' : `=${canonical(value)}`;
  // Two multiplicative hashes of 32 bits, of which 53 fit a double.
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
    low ^= low >>> 13;
  }
  return ((high >>> 0) & 0x1fffff) * 0x100000000 + (low >>> 0);
}

function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonical(item)).join()}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}
