import { text } from '../wire.ts';
import type { Reported } from './identity.ts';

/** Strings that recur on thousands of values, made once. */
export interface Texts {
  /** The text of bytes[start .. end]. */
  text(bytes: Uint8Array, start: number, end: number): string;
  reported(reporter: string, reason: string, kind: string): Reported;
}

export function createTexts(): Texts {
  return { text: createTextCache(), reported: createReports() };
}

/** Reporters and reasons are few; only garbage would fill this, and then each is its own object. */
const maxReports = 100_000;

function createReports(): Texts['reported'] {
  const reports = new Map<string, Reported[]>();
  let count = 0;
  return (reporter, reason, kind) => {
    let ofReason = reports.get(reason);
    const known = ofReason?.find((each) => each.reporter === reporter && each.kind === kind);
    if (known) return known;
    const made = { reporter, reason, kind };
    if (count++ >= maxReports) return made;
    if (!ofReason) reports.set(reason, (ofReason = []));
    ofReason.push(made);
    return made;
  };
}

const slots = 1 << 12;

/** Remembers the last text of each hash: managers, kinds and namespaces recur, and making a string costs more than comparing one. */
function createTextCache(): Texts['text'] {
  const cached: string[] = Array.from({ length: slots }, () => '');
  return (bytes, start, end) => {
    const size = end - start;
    if (size > 64) return text(bytes, start, end);
    let hash = size;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const candidate = cached[slot]!;
    if (equals(candidate, bytes, start, size)) return candidate;
    return (cached[slot] = text(bytes, start, end));
  };
}

/** Never true for text beyond ASCII, whose length in bytes differs from its length in characters. */
function equals(candidate: string, bytes: Uint8Array, start: number, size: number): boolean {
  if (candidate.length !== size) return false;
  for (let i = 0; i < size; i++) {
    const byte = bytes[start + i]!;
    if (byte >= 0x80 || candidate.charCodeAt(i) !== byte) return false;
  }
  return true;
}
