import { leafElementSize, pageHeaderSize, u16, u32 } from '../bbolt/page.ts';
import { writeFlags, type WriteBatch } from '../model/write.ts';
import { revisionKeySize, tombstoneKeySize, underscore } from './revision-key.ts';

export interface KeyInterner {
  intern(bytes: Uint8Array, start: number, end: number): number;
}

/** Where a leaf lies: its bytes are piece[start .. end], and piece[0] is byte `fileOffset` of the file. */
export interface LeafPlace {
  readonly piece: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fileOffset: number;
}

/** Beyond 2^40 there is no real one: a thousand writes a second for 35 years. */
const maxRevision = 2 ** 40;

/**
 * Appends the changes of one leaf page of etcd's bucket `key` to the batch and returns how many of its elements are
 * damaged. Values are mvccpb.KeyValue (api/mvccpb/kv.proto): key 1, create_revision 2, mod_revision 3, version 4,
 * value 5, lease 6; a tombstone has only the key. The batch must have room for 65,535 more rows.
 *
 * One function on purpose: it is the inner loop of the scan.
 */
export function appendLeafRows(leaf: LeafPlace, extraFlags: number, keys: KeyInterner, batch: WriteBatch): number {
  const { piece, start, end, fileOffset } = leaf;
  const count = u16(piece, start + 10);
  const { buffer, start: valueStart, size: valueSize } = batch.values;
  if (buffer !== piece) throw new Error('a batch holds rows of one piece');
  // bbolt writes the first pair right behind the elements, so this tells whether `count` is damaged.
  let damaged = u32(piece, start + pageHeaderSize + 4) === count * leafElementSize ? 0 : 1;
  let row = batch.rows;
  // Pairs follow each other, so what was counted can never be more than the file holds.
  let behindLast = start + pageHeaderSize;
  for (let i = 0; i < count; i++) {
    const element = start + pageHeaderSize + i * leafElementSize;
    if (element + leafElementSize > end) {
      damaged += count - i;
      break;
    }
    const key = element + u32(piece, element + 4);
    const keySize = u32(piece, element + 8);
    const pair = key + keySize;
    const pairEnd = pair + u32(piece, element + 12);
    const isTombstone = keySize === tombstoneKeySize;
    if (
      (keySize !== revisionKeySize && !isTombstone) ||
      key < behindLast ||
      pairEnd > end ||
      piece[key + 8] !== underscore
    ) {
      damaged++;
      continue;
    }

    let name = 0;
    let nameEnd = -1;
    let modified = 0;
    let version = 0;
    let value = 0;
    let valueEnd = 0;
    let leased = 0;
    let at = pair;
    while (at < pairEnd) {
      const tag = piece[at++]!;
      let number = 0;
      let scale = 1;
      for (let byte = 0x80; byte >= 0x80 && at < pairEnd; scale *= 128) {
        byte = piece[at++]!;
        number += (byte & 0x7f) * scale;
      }
      if (tag === 0x0a || tag === 0x2a) {
        if (at + number > pairEnd) break;
        if (tag === 0x0a) {
          name = at;
          nameEnd = at + number;
        } else {
          value = at;
          valueEnd = at + number;
        }
        at += number;
      } else if (tag === 0x18) modified = number;
      else if (tag === 0x20) version = number;
      else if (tag === 0x30) leased = number === 0 ? 0 : writeFlags.leased;
      else if (tag !== 0x10) break;
    }
    // Big-endian u64, `_`, big-endian u64.
    const revision =
      ((piece[key]! << 24) | (piece[key + 1]! << 16) | (piece[key + 2]! << 8) | piece[key + 3]!) * 0x1_0000_0000 +
      (((piece[key + 4]! << 24) | (piece[key + 5]! << 16) | (piece[key + 6]! << 8) | piece[key + 7]!) >>> 0);
    const isRevision = revision > 0 && revision <= maxRevision && (isTombstone || revision === modified);
    if (nameEnd <= name || at !== pairEnd || !isRevision) {
      damaged++;
      continue;
    }
    behindLast = pairEnd;

    const size = valueEnd - value;
    batch.key[row] = keys.intern(piece, name, nameEnd);
    batch.revision[row] = revision;
    batch.sub[row] =
      ((piece[key + 13]! << 24) | (piece[key + 14]! << 16) | (piece[key + 15]! << 8) | piece[key + 16]!) >>> 0;
    batch.bytes[row] = nameEnd - name + size;
    batch.flags[row] =
      extraFlags | (isTombstone ? writeFlags.deleted : leased | (version === 1 ? writeFlags.created : 0));
    batch.handle[row] = fileOffset + key;
    batch.pairSize[row] = pairEnd - key;
    valueStart[row] = value;
    valueSize[row] = size;
    row++;
  }
  batch.rows = row;
  return damaged;
}
