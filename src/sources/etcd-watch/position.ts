import type { Revision } from '../../model/write.ts';
import type { WatchNote } from '../../mvcc/watch-response.ts';

/** Where a watch stands between two messages. Every revision is either counted once or part of the gap. */
export interface WatchPosition {
  /** The next revision to ask for; 0 before the first answer: from now on. */
  readonly next: Revision;
  /** Revisions that were passed over. */
  readonly gap: number;
}

export const beginning: WatchPosition = { next: 0, gap: 0 };

export interface WatchStep {
  readonly position: WatchPosition;
  /** What to do with the rows that came so far and were not counted yet. */
  readonly rows: 'count' | 'keep' | 'drop';
  /** The watch must be asked for anew from `position.next`. */
  readonly again: boolean;
}

/**
 * What one message does to a watch.
 *
 * - A revision counts only when it is whole: with `fragment` the rest of it follows. etcd never splits one otherwise.
 * - More than `mostBehind` revisions behind the head it gives up what lies between: etcd re-reads all remaining history
 *   for each batch of a watch that is behind (server/storage/mvcc/watchable_store.go, syncWatchers).
 * - Below the compacted revision etcd has nothing left to send.
 */
export function step({ next, gap }: WatchPosition, note: WatchNote, mostBehind: number): WatchStep {
  const from = next === 0 ? note.headRevision + 1 : next;
  if (note.compactRevision > from) {
    const resumed =
      note.headRevision - note.compactRevision > mostBehind ? note.headRevision + 1 : note.compactRevision;
    return { position: { next: resumed, gap: gap + resumed - from }, rows: 'drop', again: true };
  }
  if (note.canceled) return { position: { next: from, gap }, rows: 'drop', again: true };
  if (note.fragment) return { position: { next: from, gap }, rows: 'keep', again: false };
  const reached = note.lastRevision === 0 ? from : Math.max(from, note.lastRevision + 1);
  const behind = note.headRevision + 1 - reached;
  if (behind > mostBehind)
    return { position: { next: note.headRevision + 1, gap: gap + behind }, rows: 'count', again: true };
  return { position: { next: reached, gap }, rows: 'count', again: false };
}
