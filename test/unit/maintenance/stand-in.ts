import { isProblem, type Problem } from '../../../src/errors/problem.ts';
import type { Alarm } from '../../../src/etcd/maintenance-answers.ts';
import type { Member } from '../../../src/etcd/member.ts';
import { bytesField, idField, numberField } from '../../../src/etcd/wire-fields.ts';
import type { Seen } from '../../../src/maintenance/plan/seen.ts';
import type { Ports } from '../../../src/maintenance/ports.ts';
import { settings } from './cluster.ts';

/** What a member answers to a call: bytes, nothing in particular, or a failure. */
export type Answer = Uint8Array | Problem | undefined;

export interface StandIn {
  readonly ports: Ports;
  /** Those that were made, as `Put`; an alarm that was to be disarmed as `Alarm NOSPACE`. */
  readonly calls: readonly string[];
}

/** Ports to an etcd that looks as `look` says and answers as `answer` says, at a clock that only waiting moves. */
export function standIn(look: () => Seen, answer: (call: string) => Answer): StandIn {
  const calls: string[] = [];
  let now = 0;
  const member: Pick<Member, 'call'> = {
    async call(path, request) {
      const method = path.slice(path.lastIndexOf('/') + 1);
      const call = method === 'Alarm' && request.length > 0 ? 'Alarm NOSPACE' : method;
      calls.push(call);
      const answered = answer(call);
      if (isProblem(answered)) throw answered;
      return answered ?? Buffer.alloc(0);
    },
  };
  const ports: Ports = {
    cluster: {
      look: async () => look(),
      member: () => member as Member,
      isDefragmenting: async () => false,
      close() {},
    },
    settings,
    pace: { pause: 0, rearmWatch: 10_000, patience: 10_000 },
    evidence: { obstacles: async () => [], take: () => Promise.reject(new Error('no evidence is taken here')) },
    lock: async () => ({ why: 'nobody else', release() {}, isHeld: () => true }),
    clock: { now: () => now, wait: async (milliseconds) => void (now += milliseconds) },
    tell() {},
    verifyHash: false,
    signal: new AbortController().signal,
  };
  return { ports, calls };
}

/** AlarmResponse: alarms 2 { memberID 1, alarm 2 }. */
export function alarmsAnswer(alarms: readonly Alarm[]): Buffer {
  const types: Readonly<Record<string, number>> = { NOSPACE: 1, CORRUPT: 2 };
  return Buffer.concat(
    alarms.map(({ memberId, alarm }) =>
      bytesField(0x12, Buffer.concat([idField(0x08, memberId), numberField(0x10, types[alarm] ?? 9)])),
    ),
  );
}
