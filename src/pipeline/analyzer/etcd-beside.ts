import { setTimeout as after } from 'node:timers/promises';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { writeFlags } from '../../model/write.ts';
import type { KeyInterner } from '../../mvcc/leaf-rows.ts';
import { watchWrites } from '../../sources/etcd-watch/watch-writes.ts';
import type { StoredWrite } from '../live/count-changes.ts';
import { connectMembers } from '../member/members.ts';

export interface EtcdBeside {
  readonly connection: EtcdConnection;
  readonly signal: AbortSignal;
  readonly onWrite: (write: StoredWrite) => void;
}

/** Watches every key of the etcd behind the API server until the signal fires. Rejects with a Problem where no member answers. */
export async function watchEtcdBeside({ connection, signal, onWrite }: EtcdBeside): Promise<void> {
  const members = await connectMembers(connection);
  const keys = createBatchKeys();
  try {
    await watchWrites({
      members: members.answering.map(
        ({ member }) =>
          (revision, to) =>
            member.watch(revision, to),
      ),
      keys,
      signal,
      pause: (milliseconds) => after(milliseconds, undefined, { signal }).catch(() => undefined),
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
    members.close();
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
