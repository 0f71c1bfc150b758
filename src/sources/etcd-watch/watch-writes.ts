import type { Revision } from '../../model/write.ts';
import type { KeyInterner } from '../../mvcc/leaf-rows.ts';
import { appendWatchRows, emptyRows, type WatchRows } from '../../mvcc/watch-response.ts';
import { beginning, step, type WatchPosition } from './position.ts';

/** Opens one watch of all keys; calls `onEnd` once where it ends by itself, and nothing after `cancel`. */
export type OpenWatch = (
  startRevision: Revision,
  to: { onMessage(message: Uint8Array): void; onEnd(why: Error): void },
) => { cancel(): void };

export interface WatchOptions {
  /** One per member that may be watched; the next one is taken where one fails. */
  readonly members: readonly OpenWatch[];
  readonly keys: KeyInterner;
  /** Whole revisions only, each once. The rows are reused. */
  readonly onRows: (rows: WatchRows) => void;
  /** Goes on from here instead of from now. */
  readonly from?: Revision;
  /** A member answers. */
  readonly onAnswer?: () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Ends the watch as well, once each member failed; without it they are tried in turn until the signal fires. */
  readonly oneRound?: boolean;
  /** Revisions behind the head after which what lies between is given up. */
  readonly mostBehind?: number;
  /** Waits before a member is tried again; rejects or resolves early when the signal fires. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

export interface WatchOutcome {
  /** The first revision that was watched, and the last that was counted or passed over; equal and 0 where none was. */
  readonly fromRevision: Revision;
  readonly toRevision: Revision;
  /** Revisions passed over in between. */
  readonly gap: number;
  /** Why the last failed attempt failed; undefined where none did. */
  readonly lastFailure: Error | undefined;
  readonly everAnswered: boolean;
}

const mostBehindByDefault = 10_000;
const pauseBetweenAttempts = 250;

/** Watches every key over as many streams and members as that takes. Never rejects. */
export async function watchWrites(options: WatchOptions): Promise<WatchOutcome> {
  const { members, keys, onRows, onAnswer, signal, pause, mostBehind = mostBehindByDefault } = options;
  const rows = emptyRows();
  const attempts = options.oneRound ? members.length : Infinity;
  let position: WatchPosition = { ...beginning, next: options.from ?? beginning.next };
  let fromRevision = 0;
  let lastFailure: Error | undefined;

  const watchOnce = (open: OpenWatch): Promise<'again' | 'failed' | 'over'> => {
    const { promise, resolve } = Promise.withResolvers<'again' | 'failed' | 'over'>();
    rows.rows = 0;
    const stream = open(position.next, {
      onMessage(message) {
        const note = appendWatchRows(message, keys, rows);
        const { position: reached, rows: fate, again } = step(position, note, mostBehind);
        position = reached;
        fromRevision ||= reached.next;
        if (note.created && !note.canceled) onAnswer?.();
        if (fate === 'count' && rows.rows > 0) onRows(rows);
        if (fate !== 'keep') rows.rows = 0;
        if (!again) return;
        stream.cancel();
        resolve(note.canceled && note.compactRevision === 0 ? failed(new Error(note.cancelReason)) : 'again');
      },
      onEnd: (why) => resolve(failed(why)),
    });
    const stop = (): void => {
      stream.cancel();
      resolve('over');
    };
    signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', stop));
  };
  const failed = (why: Error): 'failed' => {
    lastFailure = why;
    return 'failed';
  };

  for (let attempt = 0; attempt < attempts && !signal.aborted;) {
    const how = await watchOnce(members[attempt % members.length]!);
    if (how !== 'failed') continue;
    attempt++;
    if (attempt < attempts) await pause(pauseBetweenAttempts);
  }
  return {
    fromRevision,
    toRevision: Math.max(0, position.next - 1),
    gap: position.gap,
    lastFailure,
    everAnswered: fromRevision > 0,
  };
}
