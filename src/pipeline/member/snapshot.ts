import { isProblem, type Problem } from '../../errors/problem.ts';
import { createSpool } from '../../sources/snapshot/spool.ts';
import {
  openKept,
  openTemporary,
  temporaryShortage,
  type FreeSpace,
  type SpoolTarget,
} from '../../sources/snapshot/spool-target.ts';
import type { AnsweringMember } from './members.ts';

export interface SnapshotWish {
  /** Keep it as this file. */
  readonly save?: string;
  /** Why none is to be taken. */
  readonly noSnapshot?: string;
  readonly free: FreeSpace;
  /** Where a snapshot lies that is not kept; the system's own place unless told. */
  readonly temporary?: string;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
}

export interface SnapshotAttempt {
  /** A whole snapshot whose SHA-256 was checked; `release` lets go of a temporary one. */
  readonly taken?: { readonly file: string; readonly at: string; release(): void };
  /** Why there is none. */
  readonly failure?: Problem;
  /** What went wrong on the way, one sentence each. */
  readonly notSeen: readonly string[];
}

/** Spools the snapshot of the first member that sends one to its end. Throws where it was to be kept and none could be had. */
export async function takeSnapshot(members: readonly AnsweringMember[], wish: SnapshotWish): Promise<SnapshotAttempt> {
  if (wish.noSnapshot !== undefined) return without([wish.noSnapshot]);
  const failures: Problem[] = [];
  for (const { member, status } of members) {
    const shortage =
      wish.save === undefined ? temporaryShortage(status.sizeBytes, wish.free, wish.temporary) : undefined;
    if (shortage !== undefined)
      return without([...failures.map(({ message }) => message), `${shortage}, or use --save`]);
    const target = wish.save === undefined ? openTemporary(wish.temporary) : openKept(wish.save);
    try {
      await spool(member, target, status.sizeBytes, wish.onProgress);
      const at = member.endpoint.url;
      return {
        taken: { file: target.finish(), at, release: () => target.discard() },
        notSeen: failures.map(({ message }) => `${message}; the snapshot was taken from ${at} instead`),
      };
    } catch (error) {
      target.discard();
      if (!isProblem(error)) throw error;
      failures.push(error);
      // Another member cannot help where our own disk failed.
      if (error.code === 'SPOOL_FULL' || error.code === 'SPOOL_UNWRITABLE') break;
    }
  }
  const [failure] = failures;
  if (failure && wish.save !== undefined) throw failure;
  return { ...without(failures.map(({ message }) => message)), ...(failure && { failure }) };
}

function without(reasons: readonly string[]): SnapshotAttempt {
  return { notSeen: [`no snapshot was taken: ${reasons.join('; ')}`] };
}

async function spool(
  member: AnsweringMember['member'],
  target: SpoolTarget,
  sizeBytes: number,
  onProgress: SnapshotWish['onProgress'],
): Promise<void> {
  const into = createSpool(target, (done) =>
    onProgress(`taking the snapshot of ${member.endpoint.url}`, done, sizeBytes),
  );
  try {
    await member.snapshot(into);
    await into.end();
  } finally {
    await into.settled();
  }
}
