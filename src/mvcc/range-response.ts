import type { Revision } from '../model/write.ts';
import { emptyHead, readHead, type KeyValueHead } from './key-value-head.ts';
import { headerRevision, readVarint, skipField } from './wire.ts';

export interface RangePage {
  /** The store's revision when it answered, not the one that was read. */
  readonly headRevision: Revision;
  /** Keys follow behind the last one. */
  readonly more: boolean;
  readonly keys: number;
  /** The last key; empty where the page is. */
  readonly lastKey: Uint8Array;
}

const head = emptyHead();

/**
 * Reads an etcdserverpb.RangeResponse and calls `visit` for each key it holds, with a head that is reused.
 * rpc.proto: header 1, kvs 2, more 3. Throws where the message is damaged.
 */
export function readRange(
  message: Uint8Array,
  visit: (message: Uint8Array, head: Readonly<KeyValueHead>) => void,
): RangePage {
  const end = message.length;
  const cursor = { at: 0 };
  let headRevision = 0;
  let more = false;
  let keys = 0;
  let lastKey = message.subarray(0, 0);
  while (cursor.at < end) {
    const tag = readVarint(message, cursor, end);
    if (tag !== 0x12 && tag !== 0x0a) {
      if (tag === 0x18) more = readVarint(message, cursor, end) === 1;
      else skipField(message, cursor, end, tag);
      continue;
    }
    const size = readVarint(message, cursor, end);
    const until = cursor.at + size;
    if (until > end) throw new Error('a range response ends too early');
    if (tag === 0x0a) headRevision = headerRevision(message, cursor.at, until);
    else {
      if (!readHead(message, cursor.at, until, head)) throw new Error('a key in a range response is damaged');
      visit(message, head);
      keys++;
      lastKey = message.subarray(head.keyStart, head.keyEnd);
    }
    cursor.at = until;
  }
  return { headRevision, more, keys, lastKey };
}
