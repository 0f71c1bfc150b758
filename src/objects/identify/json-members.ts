const quote = 0x22;
const backslash = 0x5c;
const open = [0x7b, 0x5b];
const close = [0x7d, 0x5d];

type Bounds = [start: number, end: number];

/** Where members of a JSON object lie: their values' first byte and the byte behind, quotes included. */
export interface Members {
  apiVersion: Bounds;
  kind: Bounds;
  metadata: Bounds;
  scope: Bounds;
}

const wanted = ['apiVersion', 'kind', 'metadata', 'scope'] as const;
const wantedBytes = wanted.map((name) => [...name].map((char) => char.charCodeAt(0)));

/**
 * Finds an object's kind and metadata among its outermost members, stopping when it has them (custom resources are stored
 * with sorted keys, so they come first). False where the bytes are not the compact JSON the API server writes.
 * @param until also go on until this member is found
 */
export function findMembers(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Members,
  until?: keyof Members,
): boolean {
  for (const name of wanted) into[name][0] = into[name][1] = 0;
  let at = start + 1;
  while (at < end && bytes[at] === quote) {
    const nameEnd = endOfString(bytes, at, end);
    if (bytes[nameEnd] !== 0x3a) return false;
    const valueEnd = endOfValue(bytes, nameEnd + 1, end);
    if (valueEnd < 0) return false;
    const which = indexOfName(bytes, at + 1, nameEnd - 1);
    if (which >= 0) {
      const bounds = into[wanted[which]!];
      bounds[0] = nameEnd + 1;
      bounds[1] = valueEnd;
      const { apiVersion, kind, metadata } = into;
      const isKnown = apiVersion[1] > 0 && kind[1] > 0 && metadata[1] > 0;
      if (isKnown && (until === undefined || into[until][1] > 0)) return true;
    }
    if (bytes[valueEnd] !== 0x2c) return false;
    at = valueEnd + 1;
  }
  return false;
}

function indexOfName(bytes: Uint8Array, start: number, end: number): number {
  for (let which = 0; which < wantedBytes.length; which++) {
    const name = wantedBytes[which]!;
    if (name.length !== end - start) continue;
    let i = 0;
    while (i < name.length && bytes[start + i] === name[i]) i++;
    if (i === name.length) return which;
  }
  return -1;
}

/** @param at its opening quote. Returns the byte behind the closing one, or the end of the bytes. */
function endOfString(bytes: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  while (i < end && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1;
  return Math.min(i + 1, end);
}

/** The byte behind the value, -1 where it does not end. */
function endOfValue(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === quote) return endOfString(bytes, at, end);
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === quote) i = endOfString(bytes, i, end) - 1;
    else if (byte === open[0] || byte === open[1]) depth++;
    else if (byte === close[0] || byte === close[1]) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (byte === 0x2c && depth === 0) return i;
  }
  return -1;
}
