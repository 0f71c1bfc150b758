/** etcd's messages as protobuf, from the numbers of api/mvccpb/kv.proto and api/etcdserverpb/rpc.proto. */

export type KeyValue = { key: string; create?: number; mod?: number; version?: number; value?: string; lease?: bigint };
export type Event = KeyValue & { deleted?: boolean };

function keyValue({ key, create = 0, mod = 0, version = 0, value = '', lease = 0n }: KeyValue): Buffer {
  return Buffer.concat([
    bytes(1, Buffer.from(key)),
    number(2, create),
    number(3, mod),
    number(4, version),
    bytes(5, Buffer.from(value)),
    number(6, lease),
  ]);
}

export function watchResponse(message: {
  head?: number;
  events?: readonly Event[];
  created?: boolean;
  canceled?: boolean;
  compactRevision?: number;
  cancelReason?: string;
  fragment?: boolean;
}): Buffer {
  const { head = 0, events = [], created, canceled, compactRevision = 0, cancelReason = '', fragment } = message;
  return Buffer.concat([
    bytes(1, header(head)),
    number(2, 7),
    number(3, created ? 1 : 0),
    number(4, canceled ? 1 : 0),
    number(5, compactRevision),
    bytes(6, Buffer.from(cancelReason)),
    number(7, fragment ? 1 : 0),
    ...events.map((event) => bytes(11, Buffer.concat([number(1, event.deleted ? 1 : 0), bytes(2, keyValue(event))]))),
  ]);
}

export function rangeResponse(head: number, keys: readonly KeyValue[], more: boolean): Buffer {
  const kvs = keys.map((key) => bytes(2, keyValue(key)));
  return Buffer.concat([bytes(1, header(head)), ...kvs, number(3, more ? 1 : 0), number(4, keys.length)]);
}

export function header(revision: number, memberId = 0n): Buffer {
  return Buffer.concat([number(1, 0xcdf818194e3a8c32n), number(2, memberId), number(3, revision), number(4, 3)]);
}

/** proto3 leaves out what is zero or empty. */
export function number(field: number, value: number | bigint): Buffer {
  return BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)]);
}

export function bytes(field: number, value: Buffer): Buffer {
  return value.length === 0 ? Buffer.alloc(0) : Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function varint(value: number | bigint): Buffer {
  const out: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...out, Number(rest)]);
}
