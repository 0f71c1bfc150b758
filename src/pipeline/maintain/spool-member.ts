import { setTimeout as pause } from 'node:timers/promises';
import { problem, type ErrorCatalogue } from '../../errors/problem.ts';
import type { Member } from '../../etcd/member.ts';
import type { MemberState } from '../../maintenance/plan/seen.ts';
import { createSpool } from '../../sources/snapshot/spool.ts';
import type { SpoolTarget } from '../../sources/snapshot/spool-target.ts';
import { bytes } from '../../words/units.ts';

const spoolingErrors = {
  grew: problem(
    'MAINTAIN_SNAPSHOT_GREW',
    (at: string, by: string) => `the file of ${at} grew by ${by} while it was read`,
  ),
  late: problem('MAINTAIN_SNAPSHOT_LATE', (at: string) => `the snapshot of ${at} took longer than it may`),
} satisfies ErrorCatalogue;

export interface Spooling {
  readonly member: Member;
  /** As it was when the run looked. */
  readonly state: Pick<MemberState, 'endpoint' | 'sizeBytes' | 'quotaBytes'>;
  readonly target: SpoolTarget;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly tell: (what: string, done?: number, total?: number) => void;
}

/** Slower than any disk worth the name: 4 MB/s. */
const millisPerByte = 1 / 4_000;
const between = 1_000;
const growthAllowed = 0.05;
/** Of a disk that hangs nobody knows when it will let go of the file. */
const releasedWithin = 2_000;

/**
 * Spools the member's snapshot; resolves to its bytes. Its read transaction pins pages, so the stream is given up where it
 * takes too long, also for our own disk, or the member's file grows by 5 % of the quota meanwhile: measured, a paused one
 * grew a file of 44 MB to 257 MB. Where it fails, the target is discarded.
 */
export async function spoolMember({ member, state, target, signal, now, tell }: Spooling): Promise<number> {
  const at = state.endpoint;
  const into = createSpool(target, (done) => tell(`taking the snapshot of ${at}`, done, state.sizeBytes));
  const began = now();
  const deadline = 60_000 + state.sizeBytes * millisPerByte;
  const allowed = (state.quotaBytes ?? state.sizeBytes) * growthAllowed;
  const givingUp = new AbortController();
  const stop = AbortSignal.any([signal, givingUp.signal]);
  const watch = setInterval(() => {
    if (now() - began > deadline) givingUp.abort(spoolingErrors.late(at));
    void grownBy(member, state.sizeBytes).then((grown) => {
      if (grown > allowed) givingUp.abort(spoolingErrors.grew(at, bytes(grown)));
      return grown;
    });
  }, between);
  try {
    await member.snapshot(into, stop);
    return await unlessAborted(into.end(), stop);
  } catch (error) {
    const released = into.settled().then(() => target.discard());
    await Promise.race([released, pause(releasedWithin, undefined, { ref: false })]);
    throw error;
  } finally {
    clearInterval(watch);
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

/** 0 where it does not answer: the stream itself says so. */
async function grownBy(member: Member, before: number): Promise<number> {
  try {
    return (await member.status()).sizeBytes - before;
  } catch {
    return 0;
  }
}
