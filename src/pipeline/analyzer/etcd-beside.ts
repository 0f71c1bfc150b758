import type { Member } from '../../etcd/member.ts';
import type { Pause } from '../../kube/pause.ts';
import { writeFlags, type Revision } from '../../model/write.ts';
import type { KeyInterner } from '../../mvcc/leaf-rows.ts';
import { watchWrites, type WatchOutcome } from '../../sources/etcd-watch/watch-writes.ts';
import type { StoredWrite } from '../live/count-changes.ts';

/** Members that answered. */
export interface MembersToWatch {
  readonly answering: readonly { readonly member: Pick<Member, 'watch'> }[];
  close(): void;
}

export type EtcdWatchState =
  | { readonly name: 'watching' }
  /** It will be tried again. */
  | { readonly name: 'retrying'; readonly why: string };

export interface EtcdBeside {
  /** Asked before each attempt, since certificates and passwords are renewed. Rejects where no member answers. */
  readonly connect: () => Promise<MembersToWatch>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** 0..1, so that replicas do not come back all at once. */
  readonly random: () => number;
  readonly onWrite: (write: StoredWrite) => void;
  /** Only where it is another than before. */
  readonly onState: (state: EtcdWatchState) => void;
}

const shortestPause = 1_000;
const longestPause = 60_000;

/**
 * Watches every key of the etcd behind the API server until the signal fires: where no member answers any more it connects
 * anew, later each time, and goes on where it was. Never rejects.
 */
export async function watchEtcdBeside(options: EtcdBeside): Promise<void> {
  const { signal, pause, random } = options;
  let told = '';
  let failures = 0;
  /** 0: from now on. */
  let next: Revision = 0;
  const become = (state: EtcdWatchState): void => {
    const words = 'why' in state ? state.why : state.name;
    if (words !== told) options.onState(state);
    told = words;
  };
  while (!signal.aborted) {
    let why: unknown;
    try {
      const { toRevision, lastFailure } = await watchOnce(options, next, () => become({ name: 'watching' }));
      // A watch that is cut before it tells anything is no better than none.
      if (toRevision >= Math.max(1, next)) failures = 0;
      if (toRevision > 0) next = toRevision + 1;
      why = lastFailure;
    } catch (error) {
      why = error;
    }
    if (signal.aborted) return;
    become({ name: 'retrying', why: why instanceof Error ? why.message : String(why) });
    const wait = Math.min(longestPause, shortestPause * 2 ** Math.min(failures++, 10));
    await pause(wait * (1 + random()), signal);
  }
}

/** Until each member failed, or the signal fires. */
async function watchOnce(
  { connect, signal, pause, onWrite }: EtcdBeside,
  from: Revision,
  onAnswer: () => void,
): Promise<WatchOutcome> {
  const { answering, close } = await connect();
  const keys = createBatchKeys();
  try {
    return await watchWrites({
      members: answering.map(
        ({ member }) =>
          (revision, to) =>
            member.watch(revision, to),
      ),
      ...{ keys, from, onAnswer, signal, oneRound: true },
      pause: (milliseconds) => pause(milliseconds, signal),
      onRows(rows) {
        for (let row = 0; row < rows.rows; row++) {
          const flags = rows.flags[row]!;
          onWrite({
            key: keys.bytesOf(rows.key[row]!),
            revision: rows.revision[row]!,
            bytes: rows.bytes[row]!,
            created: (flags & writeFlags.created) !== 0,
            deleted: (flags & writeFlags.deleted) !== 0,
          });
        }
        keys.clear();
      },
    });
  } finally {
    close();
  }
}

/** Keys of the rows at hand only: a table of all keys ever written would grow for ever. */
function createBatchKeys(): KeyInterner & { bytesOf(id: number): Uint8Array; clear(): void } {
  let keys: Uint8Array[] = [];
  return {
    intern: (bytes, start, end) => keys.push(bytes.slice(start, end)) - 1,
    bytesOf: (id) => keys[id]!,
    clear: () => void (keys = []),
  };
}
