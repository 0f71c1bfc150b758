/** A mvccpb.KeyValue without its value, at some place of a message. One is reused for all, since millions pass. */
export interface KeyValueHead {
  /** The key lies at bytes[keyStart .. keyEnd]; empty where the record is damaged. */
  keyStart: number;
  keyEnd: number;
  createRevision: number;
  modRevision: number;
  /** Changes since the key was created; 0 for a tombstone. */
  version: number;
  leased: boolean;
  valueSize: number;
}

export function emptyHead(): KeyValueHead {
  return { keyStart: 0, keyEnd: 0, createRevision: 0, modRevision: 0, version: 0, leased: false, valueSize: 0 };
}

/**
 * Reads the KeyValue at bytes[at .. end]; api/mvccpb/kv.proto: key 1, create_revision 2, mod_revision 3, version 4,
 * value 5, lease 6. The value is stepped over. False where a length reaches beyond the end.
 */
export function readHead(bytes: Uint8Array, at: number, end: number, into: KeyValueHead): boolean {
  into.keyStart = into.keyEnd = into.createRevision = into.modRevision = into.version = into.valueSize = 0;
  into.leased = false;
  while (at < end) {
    const tag = bytes[at++]!;
    let number = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80 && at < end; scale *= 128) {
      byte = bytes[at++]!;
      number += (byte & 0x7f) * scale;
    }
    if ((tag & 7) === 2) {
      if (number > end - at) return false;
      if (tag === 0x0a) {
        into.keyStart = at;
        into.keyEnd = at + number;
      } else if (tag === 0x2a) into.valueSize = number;
      at += number;
    } else if (tag === 0x10) into.createRevision = number;
    else if (tag === 0x18) into.modRevision = number;
    else if (tag === 0x20) into.version = number;
    else if (tag === 0x30) into.leased = number !== 0;
    else if ((tag & 7) !== 0) return false;
  }
  return at === end;
}
