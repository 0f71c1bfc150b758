import { defragment } from '../../etcd/maintenance-calls.ts';
import { bytes, duration } from '../../words/units.ts';
import type { StepOutcome } from '../journal.ts';
import { deadlineMillis } from '../plan/estimate.ts';
import { nameOf, type AnsweringMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { statusOnceItAnswers } from './await-member.ts';
import { codeOf, isOutcomeUnknown, sentenceOf } from './outcomes.ts';

export interface Turn extends StepOutcome {
  /** Absent where the member has not answered since. */
  readonly sizeAfter?: number;
  readonly blockedMs: number;
}

/**
 * Defragments one member and waits until its outcome is known. One call, never retried: etcd goes on after the client's
 * deadline, and a second call would queue behind the first (server/etcdserver/api/v3rpc/maintenance.go).
 */
export async function defragmentMember(member: AnsweringMember, ports: Ports): Promise<Turn> {
  const { cluster, clock, pace } = ports;
  const { sizeBytes } = member.state;
  const began = clock.now();
  const failure = await defragment(
    cluster.member(member.id),
    pace.defragmentDeadline ?? deadlineMillis(sizeBytes),
  ).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (failure && codeOf(failure.error) === 'ETCD_LEARNER')
    return { result: 'skipped', why: 'it is a learner', blockedMs: 0 };
  const after = await statusOnceItAnswers(member.id, ports);
  const blockedMs = Math.round(clock.now() - began);
  if (!after)
    return {
      result: 'unknown',
      why: `${nameOf(member)} has not answered since its defragmentation began, ${duration(blockedMs)} ago: nothing else is touched`,
      blockedMs,
    };
  const freed = sizeBytes - after.sizeBytes;
  const turn = { sizeAfter: after.sizeBytes, blockedMs };
  if (failure && !isOutcomeUnknown(failure.error)) return { ...turn, result: 'failed', why: sentenceOf(failure.error) };
  if (failure && freed <= 0)
    return { ...turn, result: 'failed', why: `${sentenceOf(failure.error)}; its file is as large as before` };
  const late = failure ? ' (the call ended without an answer; the member finished it on its own)' : '';
  return freed > 0
    ? { ...turn, result: 'done', why: `freed ${bytes(freed)}${late}` }
    : { ...turn, result: 'done', why: `freed nothing: ${bytes(after.sizeBytes)} are in use` };
}
