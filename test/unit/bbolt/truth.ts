import { parseKey } from '../../../src/objects/keys.ts';
import type { Row } from './bbolt-file.ts';

export interface KeyTruth {
  readonly key: string;
  readonly prefix: string;
  writes: number;
  creates: number;
  deletes: number;
  bytes: number;
  maxBytes: number;
  lastRevision: number;
  live: boolean;
}

/** The same counts as the tally's, from the rows themselves and in the plainest way. */
export function truthOf(rows: readonly Row[]): KeyTruth[] {
  const keys = new Map<string, KeyTruth>();
  for (const { key, value, version, revision } of rows) {
    const text = new TextDecoder().decode(key);
    const truth = keys.get(text) ?? {
      ...{ key: text, prefix: parseKey(text).prefix },
      ...{ writes: 0, creates: 0, deletes: 0, bytes: 0, maxBytes: 0, lastRevision: 0, live: false },
    };
    keys.set(text, truth);
    const bytes = key.length + (value?.length ?? 0);
    truth.writes++;
    if (version === 1) truth.creates++;
    if (value === undefined) truth.deletes++;
    truth.bytes += bytes;
    truth.maxBytes = Math.max(truth.maxBytes, bytes);
    truth.lastRevision = revision;
    truth.live = value !== undefined;
  }
  return [...keys.values()].sort((a, b) => b.writes - a.writes || (a.key < b.key ? -1 : 1));
}
