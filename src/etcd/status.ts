import { readVarint, skipField } from '../mvcc/wire.ts';

/** What a member says of itself; Maintenance.Status needs no quorum, no rights and leaves no trace in the raft log. */
export interface MemberStatus {
  /** Decimal: ids exceed 2^53. */
  readonly memberId: string;
  readonly clusterId: string;
  readonly revision: number;
  readonly version: string;
  readonly sizeBytes: number;
  readonly inUseBytes: number;
  /** "0" while there is none. */
  readonly leaderId: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly isLearner: boolean;
  /** `NOSPACE`, `CORRUPT`; of any member. */
  readonly alarms: readonly string[];
  /** As etcd words them: `memberID:10501334649042878790 alarm:NOSPACE `, `etcdserver: no leader`. */
  readonly errors: readonly string[];
  /** etcd 3.6 and later state it. */
  readonly quotaBytes?: number;
}

const utf8 = new TextDecoder();

/**
 * rpc.proto of etcd 3.6, StatusResponse: header 1, version 2, dbSize 3, leader 4, raftIndex 5, raftTerm 6, raftAppliedIndex 7,
 * errors 8, dbSizeInUse 9, isLearner 10, dbSizeQuota 12. etcd3's protos end at 10.
 */
export function readStatus(message: Uint8Array): MemberStatus {
  const numbers = new Map<number, number>();
  const errors: string[] = [];
  let header: Header = { clusterId: '0', memberId: '0', revision: 0 };
  let version = '';
  let leaderId = '0';
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const tag = readVarint(message, cursor, message.length);
    if (tag === 0x20) leaderId = readBigVarint(message, cursor);
    else if ((tag & 7) === 0) numbers.set(tag >>> 3, readVarint(message, cursor, message.length));
    else if ((tag & 7) === 2) {
      const size = readVarint(message, cursor, message.length);
      const field = message.subarray(cursor.at, cursor.at + size);
      if (tag === 0x0a) header = readHeader(field);
      else if (tag === 0x12) version = utf8.decode(field);
      else if (tag === 0x42) errors.push(utf8.decode(field));
      cursor.at += size;
    } else skipField(message, cursor, message.length, tag);
  }
  const quota = numbers.get(12);
  return {
    ...header,
    version,
    leaderId,
    sizeBytes: numbers.get(3) ?? 0,
    inUseBytes: numbers.get(9) ?? numbers.get(3) ?? 0,
    raftIndex: numbers.get(5) ?? 0,
    raftTerm: numbers.get(6) ?? 0,
    raftAppliedIndex: numbers.get(7) ?? 0,
    isLearner: numbers.get(10) === 1,
    alarms: alarmsIn(errors),
    errors,
    ...(quota !== undefined && quota > 0 && { quotaBytes: quota }),
  };
}

/** etcd lists alarms among the errors, as `memberID:10501334649042878790 alarm:NOSPACE ` (v3rpc/maintenance.go). */
function alarmsIn(errors: readonly string[]): string[] {
  return [...new Set(armedAlarms({ errors }).map(({ alarm }) => alarm))];
}

/** Which alarm is armed for which member, of all members. protobuf-go puts one blank or two in between (internal/detrand). */
export function armedAlarms({ errors }: Pick<MemberStatus, 'errors'>): { memberId: string; alarm: string }[] {
  return errors.flatMap((error) => {
    const [, memberId = '0', alarm] = /(?:\bmemberID:(\d+)\s+)?\balarm:(\w+)/.exec(error) ?? [];
    return alarm === undefined ? [] : [{ memberId, alarm }];
  });
}

interface Header {
  readonly clusterId: string;
  readonly memberId: string;
  readonly revision: number;
}

/** ResponseHeader: cluster_id 1, member_id 2, revision 3. */
export function readHeader(message: Uint8Array): Header {
  const cursor = { at: 0 };
  const header = { clusterId: '0', memberId: '0', revision: 0 };
  while (cursor.at < message.length) {
    const tag = readVarint(message, cursor, message.length);
    if (tag === 0x08) header.clusterId = readBigVarint(message, cursor);
    else if (tag === 0x10) header.memberId = readBigVarint(message, cursor);
    else if (tag === 0x18) header.revision = readVarint(message, cursor, message.length);
    else skipField(message, cursor, message.length, tag);
  }
  return header;
}

export function readBigVarint(bytes: Uint8Array, cursor: { at: number }): string {
  let value = 0n;
  for (let shift = 0n, byte = 0x80; byte >= 0x80 && cursor.at < bytes.length; shift += 7n) {
    byte = bytes[cursor.at++]!;
    value |= BigInt(byte & 0x7f) << shift;
  }
  return BigInt.asUintN(64, value).toString();
}
