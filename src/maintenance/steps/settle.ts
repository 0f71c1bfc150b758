import { bytes } from '../../words/units.ts';
import { listed } from '../../words/listed.ts';
import type { StepOutcome } from '../journal.ts';
import { lastOf, type CompactionPlan } from '../plan/compaction.ts';
import { nameOf, type SeenMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { compactMember } from './compact.ts';

/** etcd commits every 100 ms (backend.go defaultBatchInterval). */
const between = 150;
const atMost = 30_000;
const flatBelow = 0.005;

/**
 * Compacts the last few revisions, which `compact` left, one at a time, and waits until no voter's size in use falls any
 * more. Those tiny compactions are needed: the pages that the large one freed are counted only two or three commits later
 * (bbolt freelist.go release, etcd backend.go begin), and under NOSPACE nobody else makes one. Measured: without them 1
 * to 3 of 3 members still called the old history in use, for ever.
 */
export async function settle(
  voters: readonly SeenMember[],
  compaction: CompactionPlan,
  ports: Ports,
): Promise<StepOutcome> {
  const { cluster, clock, signal } = ports;
  for (const revision of 'skip' in compaction ? [] : lastOf(compaction)) {
    for (const { id } of voters) {
      const outcome = await compactMember(id, { revision, revisions: 1 }, ports);
      if (outcome.result !== 'done') return outcome;
    }
    await clock.wait(between, signal);
  }
  const began = clock.now();
  const read = (): Promise<number[]> =>
    Promise.all(voters.map(async ({ id }) => (await cluster.member(id).status()).inUseBytes));
  let before = await read();
  for (;;) {
    await clock.wait(between, signal);
    const now = await read();
    const falling = now.some((each, i) => (before[i] ?? 0) - each > (before[i] ?? 0) * flatBelow);
    before = now;
    const inUse = listed(now.map((each, i) => `${nameOf(voters[i]!)} ${bytes(each)}`));
    if (!falling) return { result: 'done', why: `in use: ${inUse}` };
    if (clock.now() - began > atMost)
      return { result: 'done', why: `still falling after ${atMost / 1000} s, in use: ${inUse}` };
  }
}
