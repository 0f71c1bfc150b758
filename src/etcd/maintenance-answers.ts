import { readVarint, skipField, type WireCursor } from '../mvcc/wire.ts';
import { readBigVarint, readHeader } from './status.ts';

/** As the cluster has it on record. */
export interface ListedMember {
  /** Decimal. */
  readonly id: string;
  /** "" until it has started for the first time. */
  readonly name: string;
  /** None until then. */
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberList {
  readonly clusterId: string;
  readonly members: readonly ListedMember[];
}

export interface Alarm {
  readonly memberId: string;
  /** `NOSPACE`, `CORRUPT`; `ALARM 7` for one we do not know. */
  readonly alarm: string;
}

export interface KeyspaceHash {
  readonly hash: number;
  /** Hashes are comparable only where these are equal. */
  readonly compactRevision: number;
}

const utf8 = new TextDecoder();

/** MemberListResponse: header 1, members 2 { ID 1, name 2, clientURLs 4, isLearner 5 }. */
export function readMemberList(message: Uint8Array): MemberList {
  const [header = new Uint8Array(0)] = messagesOf(message, 0x0a);
  const members = messagesOf(message, 0x12).map((bytes) => {
    const clientUrls: string[] = [];
    const found = { id: '0', name: '', isLearner: false };
    eachField(bytes, (tag, cursor) => {
      if (tag === 0x08) found.id = readBigVarint(bytes, cursor);
      else if (tag === 0x12) found.name = utf8.decode(bytesAt(bytes, cursor));
      else if (tag === 0x22) clientUrls.push(utf8.decode(bytesAt(bytes, cursor)));
      else if (tag === 0x28) found.isLearner = readVarint(bytes, cursor, bytes.length) === 1;
      else skipField(bytes, cursor, bytes.length, tag);
    });
    return { ...found, clientUrls };
  });
  return { clusterId: readHeader(header).clusterId, members };
}

const alarmNames: Readonly<Record<number, string>> = { 1: 'NOSPACE', 2: 'CORRUPT' };

/** AlarmResponse: alarms 2 { memberID 1, alarm 2 }. */
export function readAlarms(message: Uint8Array): Alarm[] {
  return messagesOf(message, 0x12).map((bytes) => {
    const found = { memberId: '0', alarm: 'ALARM 0' };
    eachField(bytes, (tag, cursor) => {
      if (tag === 0x08) found.memberId = readBigVarint(bytes, cursor);
      else if (tag === 0x10) {
        const type = readVarint(bytes, cursor, bytes.length);
        found.alarm = alarmNames[type] ?? `ALARM ${type}`;
      } else skipField(bytes, cursor, bytes.length, tag);
    });
    return found;
  });
}

/** HashKVResponse: hash 2, compact_revision 3. */
export function readHash(message: Uint8Array): KeyspaceHash {
  const found = { hash: 0, compactRevision: 0 };
  eachField(message, (tag, cursor) => {
    if (tag === 0x10) found.hash = readVarint(message, cursor, message.length);
    else if (tag === 0x18) found.compactRevision = readVarint(message, cursor, message.length);
    else skipField(message, cursor, message.length, tag);
  });
  return found;
}

function messagesOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  eachField(message, (tag, cursor) => {
    if (tag === wanted) found.push(bytesAt(message, cursor));
    else skipField(message, cursor, message.length, tag);
  });
  return found;
}

function eachField(message: Uint8Array, visit: (tag: number, cursor: WireCursor) => void): void {
  const cursor = { at: 0 };
  while (cursor.at < message.length) visit(readVarint(message, cursor, message.length), cursor);
}

function bytesAt(message: Uint8Array, cursor: WireCursor): Uint8Array {
  const size = readVarint(message, cursor, message.length);
  const bytes = message.subarray(cursor.at, cursor.at + size);
  cursor.at += size;
  return bytes;
}
