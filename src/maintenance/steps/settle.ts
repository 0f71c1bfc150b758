import { bytes } from '../../words/units.ts';
import { listed } from '../../words/listed.ts';
import type { StepOutcome } from '../journal.ts';
import type { CompactionPlan } from '../plan/compaction.ts';
import { nameOf, type SeenMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { compactMember } from './compact.ts';

/** etcd writes its free pages down every 100 ms (backend.go defaultBatchInterval). */
const between = 250;
const atMost = 30_000;
const flatBelow = 0.005;

/**
 * Compacts the last revision, which `compact` left, and waits until no voter's size in use falls any more. That second,
 * tiny compaction is needed: bbolt counts the pages that the first one freed only once a later transaction has been
 * written (freelist.go release), and under NOSPACE nobody else writes one.
 */
export async function settle(
  voters: readonly SeenMember[],
  compaction: CompactionPlan,
  ports: Ports,
): Promise<StepOutcome> {
  const { cluster, clock, signal } = ports;
  if (!('skip' in compaction))
    for (const { id } of voters) {
      const outcome = await compactMember(id, compaction, ports);
      if (outcome.result !== 'done') return outcome;
    }
  const began = clock.now();
  const read = (): Promise<number[]> => Promise.all(voters.map(async ({ id }) => (await cluster.member(id).status()).inUseBytes));
  let before = await read();
  for (;;) {
    await clock.wait(between, signal);
    const now = await read();
    const falling = now.some((each, i) => (before[i] ?? 0) - each > (before[i] ?? 0) * flatBelow);
    before = now;
    const inUse = listed(now.map((each, i) => `${nameOf(voters[i]!)} ${bytes(each)}`));
    if (!falling) return { result: 'done', why: `in use: ${inUse}` };
    if (clock.now() - began > atMost) return { result: 'done', why: `still falling after ${atMost / 1000} s, in use: ${inUse}` };
  }
}
