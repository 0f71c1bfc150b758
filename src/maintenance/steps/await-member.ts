import type { MemberStatus } from '../../etcd/status.ts';
import type { Ports } from '../ports.ts';
import { isOutcomeUnknown } from './outcomes.ts';

const between = 250;

/**
 * The member's status once nothing is being defragmented in it any more; undefined where it is silent for longer than
 * the run's patience. A defragmentation that its metrics still show does not count as silence, up to ten times as long.
 */
export async function statusOnceItAnswers(
  id: string,
  { cluster, clock, pace, signal }: Ports,
): Promise<MemberStatus | undefined> {
  const began = clock.now();
  let heard = began;
  for (;;) {
    const running = await cluster.isDefragmenting(id);
    if (running === true) heard = clock.now();
    else {
      const status = await statusOrSilence(id, cluster);
      if (status) return status;
    }
    const now = clock.now();
    if (now - heard > pace.patience || now - began > 10 * pace.patience) return undefined;
    await clock.wait(between, signal);
  }
}

async function statusOrSilence(id: string, cluster: Ports['cluster']): Promise<MemberStatus | undefined> {
  try {
    return await cluster.member(id).status();
  } catch (error) {
    if (isOutcomeUnknown(error)) return undefined;
    throw error;
  }
}
