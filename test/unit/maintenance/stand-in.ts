import { isProblem, type Problem } from '../../../src/errors/problem.ts';
import type { Alarm } from '../../../src/etcd/maintenance-answers.ts';
import type { Member } from '../../../src/etcd/member.ts';
import type { MemberStatus } from '../../../src/etcd/status.ts';
import { bytesField, idField, numberField } from '../../../src/etcd/wire-fields.ts';
import { isAnswering, nameOf, type Seen } from '../../../src/maintenance/plan/seen.ts';
import type { Ports } from '../../../src/maintenance/ports.ts';
import { settings } from './cluster.ts';

/** What a member answers to a call: bytes, nothing in particular, or a failure. */
export type Answer = Uint8Array | Problem | undefined;

export interface StandIn {
  readonly ports: Ports;
  /** Those that were made, as `Put`; an alarm that was to be disarmed as `Alarm NOSPACE`. */
  readonly calls: readonly string[];
  /** Milliseconds that were waited. */
  waited(): number;
}

/** Ports to an etcd that looks as `look` says and answers as `answer` says, at a clock that only waiting moves. */
export function standIn(
  look: () => Seen,
  answer: (call: string, name: string) => Answer,
  more: Partial<Ports> = {},
): StandIn {
  const calls: string[] = [];
  let now = 0;
  const memberOf = (id: string) => look().members.find((each) => each.id === id)!;
  const member = (id: string): Member => {
    const standing: Pick<Member, 'call' | 'status' | 'snapshot'> = {
      async call(path, request) {
        const method = path.slice(path.lastIndexOf('/') + 1);
        const call = method === 'Alarm' && request.length > 0 ? 'Alarm NOSPACE' : method;
        calls.push(call);
        const answered = answer(call, nameOf(memberOf(id)));
        if (isProblem(answered)) throw answered;
        return answered ?? Buffer.alloc(0);
      },
      status: async () => statusOf(look(), id),
      snapshot: async () => {},
    };
    return standing as Member;
  };
  const ports: Ports = {
    cluster: { look: async () => look(), member, isDefragmenting: async () => false, close() {} },
    settings: { ...settings, evidence: false, keep: { revisions: 1_000 }, keepIsDefault: false },
    pace: { pause: 0, rearmWatch: 10_000, patience: 10_000 },
    evidence: { obstacles: async () => [], take: () => Promise.reject(new Error('no evidence is taken here')) },
    lock: async () => ({ why: 'nobody else', release() {}, isHeld: () => true }),
    clock: { now: () => now, wait: async (milliseconds) => void (now += milliseconds) },
    tell() {},
    verifyHash: false,
    signal: new AbortController().signal,
    ...more,
  };
  return { ports, calls, waited: () => now };
}

function statusOf(seen: Seen, memberId: string): MemberStatus {
  const { isLearner, state } = seen.members.filter(isAnswering).find(({ id }) => id === memberId)!;
  const { quotaBytes, ...others } = state;
  return { ...others, memberId, isLearner, alarms: [], ...(quotaBytes !== null && { quotaBytes }) };
}

/** AlarmResponse: alarms 2 { memberID 1, alarm 2 }. */
export function alarmsAnswer({ alarms }: { readonly alarms: readonly Alarm[] }): Buffer {
  const types: Readonly<Record<string, number>> = { NOSPACE: 1, CORRUPT: 2 };
  return Buffer.concat(
    alarms.map(({ memberId, alarm }) =>
      bytesField(0x12, Buffer.concat([idField(0x08, memberId), numberField(0x10, types[alarm] ?? 9)])),
    ),
  );
}
