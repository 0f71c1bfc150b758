import { bytesField, numberField } from './wire-fields.ts';

/** The requests we send, as protobuf: etcdserverpb/rpc.proto. etcd3's encoder is not needed for four small messages. */

const everything = Uint8Array.of(0);
const none = Buffer.alloc(0);

export const statusRequest = none;
export const snapshotRequest = none;

export interface RangeQuestion {
  /** From this key on, to the end of the keyspace unless `end` is given. */
  readonly from: Uint8Array;
  /** 0: as of now. */
  readonly revision: number;
  readonly limit: number;
  readonly end?: Uint8Array;
  readonly withValues?: boolean;
}

/**
 * RangeRequest: key 1, range_end 2, limit 3, revision 4, serializable 7, keys_only 8. Serializable, so that it is
 * answered by the member at hand, without a leader too.
 */
export function rangeRequest({ from, end = everything, revision, limit, withValues = false }: RangeQuestion): Buffer {
  return Buffer.concat([
    bytesField(0x0a, from.length === 0 ? everything : from),
    bytesField(0x12, end),
    numberField(0x18, limit),
    numberField(0x20, revision),
    numberField(0x38, 1),
    numberField(0x40, withValues ? 0 : 1),
  ]);
}

/** WatchRequest: create_request 1 { key 1, range_end 2, start_revision 3, progress_notify 4, fragment 8 } of all keys. */
export function watchRequest(startRevision: number): Buffer {
  const create = Buffer.concat([
    bytesField(0x0a, everything),
    bytesField(0x12, everything),
    numberField(0x18, startRevision),
    numberField(0x20, 1),
    numberField(0x40, 1),
  ]);
  return bytesField(0x0a, create);
}
