import { AlarmAction, Etcd3, type IOptions } from 'etcd3';

export type Bytes = string | Uint8Array;
export type Operation =
  { readonly put: Bytes; readonly value: Bytes; readonly lease?: string } | { readonly delete: Bytes };
export type StoredKey = {
  key: string;
  value: Buffer;
  version: number;
  createRevision: number;
  modRevision: number;
  lease: string;
};

/** Talks to one member. Every call is made once, with a deadline of 30 seconds, and rejects with etcd3's error. */
export type EtcdClient = {
  /** Revision of the write. */
  put(key: Bytes, value: Bytes, options?: { lease?: string }): Promise<number>;
  delete(key: Bytes): Promise<number>;
  /** All operations in one revision, which it returns. At most 128 operations unless etcd was told otherwise. */
  txn(operations: readonly Operation[]): Promise<number>;
  /** One revision for each entry, many in flight at a time; returns the highest revision. The order among them is not kept. */
  putAll(entries: Iterable<readonly [key: Bytes, value: Bytes]>, options?: { inFlight?: number }): Promise<number>;
  get(key: Bytes): Promise<StoredKey | undefined>;
  /** What lies below a prefix, in the order of keys. */
  list(prefix: string): Promise<StoredKey[]>;
  /** Lease id, decimal: it can exceed 2^53. */
  grantLease(ttlSeconds: number): Promise<string>;
  revokeLease(id: string): Promise<void>;
  /** Forgets what was before the revision, and waits until that is done in the file. */
  compact(revision: number): Promise<void>;
  defragment(): Promise<void>;
  status(): Promise<{
    version: string;
    sizeBytes: number;
    inUseBytes: number;
    revision: number;
    memberId: string;
    leaderId: string;
    /** Of the last entry of the raft log: every write makes one, reads make none. */
    raftIndex: number;
  }>;
  /** Armed alarms: "NOSPACE" or "CORRUPT". */
  alarms(): Promise<{ memberId: string; alarm: string }[]>;
  disarmAlarms(): Promise<void>;
  close(): void;
};

/** @param endpoint such as "http://127.0.0.1:2379" */
export function connect(endpoint: string): EtcdClient {
  const etcd = new Etcd3({
    hosts: endpoint,
    faultHandling: { global: once(), host: once },
    grpcOptions: { 'grpc.max_receive_message_length': -1 },
    defaultCallOptions: () => ({ deadline: Date.now() + 30_000 }),
  });
  const { kv, leaseClient, maintenance } = etcd;

  const client: EtcdClient = {
    async put(key, value, { lease } = {}) {
      const { header } = await kv.put({ key: bytes(key), value: bytes(value), ...(lease && { lease }) });
      return Number(header.revision);
    },
    async delete(key) {
      return Number((await kv.deleteRange({ key: bytes(key) })).header.revision);
    },
    async txn(operations) {
      return Number((await kv.txn({ success: operations.map(request) })).header.revision);
    },
    async putAll(entries, { inFlight = 256 } = {}) {
      const rest = entries[Symbol.iterator]();
      let highest = 0;
      const lane = async () => {
        for (let next = rest.next(); !next.done; next = rest.next()) {
          const revision = await client.put(...next.value);
          highest = Math.max(highest, revision);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      return highest;
    },
    async get(key) {
      const { kvs } = await kv.range({ key: bytes(key) });
      return kvs.map(stored)[0];
    },
    async list(prefix) {
      const { kvs } = await kv.range({ key: bytes(prefix), range_end: endOfPrefix(prefix) });
      return kvs.map(stored);
    },
    async grantLease(ttlSeconds) {
      return (await leaseClient.leaseGrant({ TTL: ttlSeconds })).ID;
    },
    async revokeLease(id) {
      await leaseClient.leaseRevoke({ ID: id });
    },
    async compact(revision) {
      await kv.compact({ revision, physical: true });
    },
    async defragment() {
      await maintenance.defragment();
    },
    async status() {
      const status = await maintenance.status();
      return {
        version: status.version,
        sizeBytes: Number(status.dbSize),
        inUseBytes: Number(status.dbSizeInUse),
        revision: Number(status.header.revision),
        memberId: status.header.member_id,
        leaderId: status.leader,
        raftIndex: Number(status.raftIndex),
      };
    },
    async alarms() {
      const { alarms } = await maintenance.alarm({ action: AlarmAction.Get });
      return alarms.map(({ memberID, alarm }) => ({ memberId: memberID, alarm: alarm.toUpperCase() }));
    },
    async disarmAlarms() {
      const { alarms } = await maintenance.alarm({ action: AlarmAction.Get });
      for (const { memberID, alarm } of alarms) {
        await maintenance.alarm({ action: AlarmAction.Deactivate, memberID, alarm });
      }
    },
    close: () => etcd.close(),
  };
  return client;
}

/** A policy that neither retries nor opens a circuit: by default etcd3 does both, and would defragment three times. */
function once(): NonNullable<NonNullable<IOptions['faultHandling']>['global']> {
  return {
    _altReturn: undefined as never, // exists for the compiler only
    onSuccess: neverFires,
    onFailure: neverFires,
    execute: async (call, signal = new AbortController().signal) => call({ signal }),
  };
}

function request(operation: Operation) {
  if ('delete' in operation) return { request_delete_range: { key: bytes(operation.delete) } };
  const { put, value, lease } = operation;
  return { request_put: { key: bytes(put), value: bytes(value), ...(lease && { lease }) } };
}

function stored(found: {
  key: Buffer;
  value: Buffer;
  version: string;
  create_revision: string;
  mod_revision: string;
  lease: string;
}): StoredKey {
  return {
    key: found.key.toString(),
    value: found.value,
    version: Number(found.version),
    createRevision: Number(found.create_revision),
    modRevision: Number(found.mod_revision),
    lease: found.lease,
  };
}

function bytes(from: Bytes): Buffer {
  return typeof from === 'string' ? Buffer.from(from) : Buffer.from(from.buffer, from.byteOffset, from.byteLength);
}

function endOfPrefix(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end.writeUInt8(end.readUInt8(last) + 1, last); // a prefix of text never ends in 0xff
  return end;
}

function neverFires() {
  return { dispose: () => {} };
}
