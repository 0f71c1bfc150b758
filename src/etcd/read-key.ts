import { valueOf } from '../mvcc/key-value.ts';
import { readRange } from '../mvcc/range-response.ts';
import type { Member } from './member.ts';

export interface StoredKey {
  readonly value: Uint8Array;
  readonly modRevision: number;
}

const utf8 = new TextEncoder();

/** One key and nothing beside it, as of `revision` (0: now), from this member alone; undefined where there is none. */
export async function readKey(
  member: Pick<Member, 'range'>,
  key: string,
  { revision = 0, what }: { readonly revision?: number; readonly what: string },
): Promise<StoredKey | undefined> {
  const from = utf8.encode(key);
  const end = new Uint8Array([...from, 0]);
  const message = await member.range({ from, end, revision, limit: 1, withValues: true }, what);
  let found: StoredKey | undefined;
  readRange(message, (bytes, { keyEnd, modRevision }) => {
    // Fields stand in the order of their numbers: the value comes behind the key.
    found = { value: valueOf(bytes.subarray(keyEnd)), modRevision };
  });
  return found;
}
