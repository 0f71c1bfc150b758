import { bucketPairs, type Bucket } from '../bbolt/bucket.ts';
import type { Meta } from '../bbolt/meta.ts';
import type { PageSource } from '../bbolt/page.ts';
import type { Revision } from '../model/write.ts';

export interface StoreState {
  /** The last revision a compaction was begun for, finished or not: reads below it are refused. */
  readonly compactRevision: Revision;
  /** `3.6` and later write it; absent before. */
  readonly storageVersion?: string;
  readonly alarms: readonly string[];
}

/** What etcd's own buckets say besides the keys: server/storage/mvcc/store.go, server/storage/schema. */
export function readStoreState(source: PageSource, meta: Meta, buckets: ReadonlyMap<string, Bucket>): StoreState {
  const pairs = new Map<string, Uint8Array>();
  const text = new TextDecoder('latin1');
  const metaBucket = buckets.get('meta');
  if (metaBucket)
    for (const { key, value } of bucketPairs(source, meta, metaBucket)) pairs.set(text.decode(key), value);
  const alarmBucket = buckets.get('alarm');
  const alarms = alarmBucket ? bucketPairs(source, meta, alarmBucket).map(({ key }) => alarmName(key)) : [];
  const storageVersion = pairs.get('storageVersion');
  return {
    compactRevision: Math.max(
      mainRevision(pairs.get('finishedCompactRev')),
      mainRevision(pairs.get('scheduledCompactRev')),
    ),
    ...(storageVersion && { storageVersion: text.decode(storageVersion) }),
    alarms: [...new Set(alarms)],
  };
}

function mainRevision(bytes: Uint8Array | undefined): Revision {
  if (bytes === undefined || bytes.length < 8) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
}

/** The key of the alarm bucket is a protobuf AlarmMember {memberID 1, alarm 2}: api/etcdserverpb/rpc.proto. */
function alarmName(member: Uint8Array): string {
  const names = ['NONE', 'NOSPACE', 'CORRUPT'];
  const isLast = member[member.length - 2] === 0x10;
  return (isLast && names[member[member.length - 1]!]) || 'UNKNOWN';
}
