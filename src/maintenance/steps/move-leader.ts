import { moveLeader } from '../../etcd/maintenance-calls.ts';
import type { StepOutcome } from '../journal.ts';
import { leaderOf } from '../plan/health.ts';
import { nameOf, type AnsweringMember, type Seen } from '../plan/seen.ts';
import { transfereesOf } from '../plan/turns.ts';
import type { Ports } from '../ports.ts';
import { soundCluster } from './gate.ts';
import { codeOf, isOutcomeUnknown, sentenceOf } from './outcomes.ts';

const callMillis = 10_000;

export interface LeaderMove extends StepOutcome {
  /** The cluster after it; absent where that is not sound. */
  readonly seen?: Seen;
}

/** Hands the leadership to a voter that has had its turn, and proves that it has it. */
export async function moveLeadership(
  from: AnsweringMember,
  seen: Seen,
  waiting: ReadonlySet<string>,
  ports: Ports,
): Promise<LeaderMove> {
  const failures: string[] = [];
  for (const to of transfereesOf(seen, waiting)) {
    ports.signal.throwIfAborted();
    try {
      await moveLeader(ports.cluster.member(from.id), to.id, callMillis);
    } catch (error) {
      failures.push(sentenceOf(error));
      if (codeOf(error) === 'ETCD_BAD_TRANSFEREE') continue;
      if (codeOf(error) !== 'ETCD_NOT_LEADER' && !isOutcomeUnknown(error)) break;
    }
    const now = await soundCluster(ports);
    if ('whyNot' in now) return { result: 'failed', why: now.whyNot };
    const leader = leaderOf(now.seen);
    if (leader && leader.id !== from.id) return { result: 'done', why: `${nameOf(leader)} leads now`, seen: now.seen };
  }
  const why = failures.length > 0 ? failures.join('; ') : 'no other voter could take it';
  return { result: 'failed', why: `the leadership stayed with ${nameOf(from)}: ${why}` };
}
