import { MalformedValue } from '../wire.ts';

/** Walks protobuf fields without making objects. One scan is shared: read `value` or `start`/`end` before moving on. */
export interface Scan {
  bytes: Uint8Array;
  /** Where the next field begins. */
  at: number;
  /** The field at hand: its tag, its number if it is a varint, the bounds of its bytes if it is length-delimited. */
  tag: number;
  value: number;
  start: number;
  end: number;
}

export function createScan(): Scan {
  return { bytes: new Uint8Array(0), at: 0, tag: 0, value: 0, start: 0, end: 0 };
}

/** Moves to the next field before `limit`; false at the end. Throws MalformedValue, never reads beyond `limit`. */
export function next(scan: Scan, limit: number): boolean {
  if (scan.at >= limit) return false;
  const tag = varint(scan, limit);
  scan.tag = tag;
  const wireType = tag & 7;
  if (wireType === 2) {
    const size = varint(scan, limit);
    if (size > limit - scan.at) throw new MalformedValue('length');
    scan.start = scan.at;
    scan.end = scan.at + size;
    scan.at = scan.end;
  } else if (wireType === 0) scan.value = varint(scan, limit);
  else if (wireType === 1) scan.at += 8;
  else if (wireType === 5) scan.at += 4;
  else throw new MalformedValue('wire type');
  return true;
}

function varint(scan: Scan, limit: number): number {
  const { bytes } = scan;
  let at = scan.at;
  let value = 0;
  let scale = 1;
  while (at < limit && at - scan.at < 10) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      scan.at = at;
      return value;
    }
    scale *= 128;
  }
  throw new MalformedValue('varint');
}
