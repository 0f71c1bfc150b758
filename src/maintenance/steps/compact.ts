import { compact } from '../../etcd/maintenance-calls.ts';
import type { StepOutcome } from '../journal.ts';
import type { Ports } from '../ports.ts';
import { statusOnceItAnswers } from './await-member.ts';
import { codeOf, isPassing, sentenceOf } from './outcomes.ts';

export interface Compaction {
  /** Everything before it goes. */
  readonly revision: number;
  /** Those that go, at most: by them the deadline is chosen. */
  readonly revisions: number;
}

/** etcd removes 1,000 revisions every 10 ms at best (server/storage/mvcc/kvstore_compaction.go); a busy disk takes far longer. */
const millisPerRevision = 0.2;
const atLeast = 30_000;

/**
 * Compacts one member's own file and waits until that is done. `physical` waits only on the member that serves the call,
 * so it is made on each: the first answers OK, the others "has been compacted". Asking again is harmless, unlike going on.
 */
export async function compactMember(
  id: string,
  { revision, revisions }: Compaction,
  ports: Ports,
): Promise<StepOutcome> {
  const { cluster, clock, pace, signal } = ports;
  const deadline = Math.round(atLeast + revisions * millisPerRevision);
  let heard = clock.now();
  let inUse = Infinity;
  for (;;) {
    signal.throwIfAborted();
    try {
      await compact(cluster.member(id), revision, deadline);
      return { result: 'done', why: `to revision ${revision}` };
    } catch (error) {
      if (codeOf(error) === 'ETCD_COMPACTED')
        return { result: 'done', why: `revision ${revision} had been compacted, here it is done now` };
      if (!isPassing(error)) return { result: 'failed', why: sentenceOf(error) };
      const status = await statusOnceItAnswers(id, ports);
      if (!status) return { result: 'unknown', why: `${sentenceOf(error)}, and it has not answered since` };
      if (status.inUseBytes < inUse) heard = clock.now();
      inUse = status.inUseBytes;
      if (clock.now() - heard > pace.patience)
        return { result: 'failed', why: `${sentenceOf(error)}, and what it has in use no longer falls` };
      await clock.wait(250, signal);
    }
  }
}
