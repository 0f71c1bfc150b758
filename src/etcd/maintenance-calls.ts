import type { Member } from './member.ts';
import {
  readAlarms,
  readHash,
  readMemberList,
  type Alarm,
  type KeyspaceHash,
  type MemberList,
} from './maintenance-answers.ts';
import { bytesField, idField, numberField } from './wire-fields.ts';

/** The calls that change an etcd, and those that prove what was changed: etcdserverpb/rpc.proto. Each is made once. */

type Caller = Pick<Member, 'call'>;

const kv = '/etcdserverpb.KV';
const maintenance = '/etcdserverpb.Maintenance';
const none = Buffer.alloc(0);
const text = new TextEncoder();

/**
 * Forgets what was before the revision. Physical: answers once this member has removed it from its own file. Throws
 * ETCD_COMPACTED where that had been asked before, and then too only once it is done (kvstore.go compactBarrier).
 */
export async function compact(member: Caller, revision: number, allowedMs: number): Promise<void> {
  const request = Buffer.concat([numberField(0x08, revision), numberField(0x10, 1)]);
  await member.call(`${kv}/Compact`, request, 'the compaction', allowedMs);
}

/** Blocks the member until it is done; it goes on where the caller has given up (v3rpc/maintenance.go). */
export async function defragment(member: Caller, allowedMs: number): Promise<void> {
  await member.call(`${maintenance}/Defragment`, none, 'the defragmentation', allowedMs);
}

/** Of a quorum, unless what this member knows will do; etcd 3.4 always answers with the latter. */
export async function listMembers(member: Caller, { asItKnows = false } = {}): Promise<MemberList> {
  const request = numberField(0x08, asItKnows ? 0 : 1);
  return readMemberList(await member.call('/etcdserverpb.Cluster/MemberList', request, 'the member list'));
}

/** Of a quorum; leaves an entry in the raft log, unlike Status. */
export async function listAlarms(member: Caller): Promise<Alarm[]> {
  return readAlarms(await member.call(`${maintenance}/Alarm`, none, 'the list of alarms'));
}

const deactivate = 2;
const noSpace = 1;

/** One member's NOSPACE and nothing else. Its id must not be "0": that would be a silent no-op. */
export async function disarmNoSpace(member: Caller, memberId: string): Promise<void> {
  const request = Buffer.concat([numberField(0x08, deactivate), idField(0x10, memberId), numberField(0x18, noSpace)]);
  await member.call(`${maintenance}/Alarm`, request, 'disarming NOSPACE');
}

/** Only the leader takes it. */
export async function moveLeader(leader: Caller, to: string, allowedMs: number): Promise<void> {
  await leader.call(`${maintenance}/MoveLeader`, idField(0x08, to), 'moving the leadership', allowedMs);
}

/** Holds a read lock while it reads every key up to the revision. */
export async function hashKeys(member: Caller, revision: number, allowedMs: number): Promise<KeyspaceHash> {
  return readHash(await member.call(`${maintenance}/HashKV`, numberField(0x08, revision), 'the hash', allowedMs));
}

/** A read that the leader confirms: answered only by a member that has caught up with a quorum. Asks for no key of anybody. */
export async function readThroughQuorum(member: Caller, allowedMs?: number): Promise<void> {
  const request = Buffer.concat([bytesField(0x0a, text.encode(probeKey)), numberField(0x48, 1)]);
  await member.call(`${kv}/Range`, request, 'a linearizable read', allowedMs);
}

/** Outside /registry: no API server looks there. */
const probeKey = 'kubechurn.dev/maintenance-probe';

export async function writeProbe(member: Caller, allowedMs: number): Promise<void> {
  const key = bytesField(0x0a, text.encode(probeKey));
  const put = Buffer.concat([key, bytesField(0x12, text.encode('written to prove that writes are accepted'))]);
  await member.call(`${kv}/Put`, put, 'a probe write', allowedMs);
  await member.call(`${kv}/DeleteRange`, key, 'deleting the probe', allowedMs);
}
