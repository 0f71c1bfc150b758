import { readVarint, skipField } from '../mvcc/wire.ts';

/** Field 3 of etcdserverpb.SnapshotResponse: the next bytes of the file, a view into the message. */
export function snapshotBlob(message: Uint8Array): Uint8Array {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const tag = readVarint(message, cursor, message.length);
    if (tag !== 0x1a) {
      skipField(message, cursor, message.length, tag);
      continue;
    }
    const size = readVarint(message, cursor, message.length);
    return message.subarray(cursor.at, cursor.at + size);
  }
  return message.subarray(0, 0);
}
