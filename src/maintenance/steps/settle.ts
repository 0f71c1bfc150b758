import { bytes } from '../../words/units.ts';
import { listed } from '../../words/listed.ts';
import type { StepOutcome } from '../journal.ts';
import { nameOf, type SeenMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';

/** etcd writes its free pages down every 100 ms (backend.go defaultBatchInterval). */
const between = 250;
const atMost = 30_000;
const flatBelow = 0.005;

/** Waits until no voter's size in use falls any more. */
export async function settle(voters: readonly SeenMember[], { cluster, clock, signal }: Ports): Promise<StepOutcome> {
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
