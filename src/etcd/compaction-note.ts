import { valueOf } from '../mvcc/key-value.ts';
import { readRange } from '../mvcc/range-response.ts';
import { isProblem } from '../errors/problem.ts';
import type { Member } from './member.ts';

const key = new TextEncoder().encode('compact_rev_key');

/**
 * The revision that kube-apiserver last compacted to, which it notes in this key (storage/etcd3/compact.go); 0 where
 * there is no such note or it may not be read.
 */
export async function readCompactionNote(member: Pick<Member, 'range'>): Promise<number> {
  try {
    const message = await member.range(
      { from: key, end: new Uint8Array([...key, 0]), revision: 0, limit: 1, withValues: true },
      'the note of the last compaction',
    );
    let note = 0;
    readRange(message, (bytes, { keyStart }) => {
      // The key is the first field of its KeyValue: tag, length, key.
      note = Number(new TextDecoder().decode(valueOf(bytes.subarray(keyStart - 2))));
    });
    return Number.isSafeInteger(note) ? note : 0;
  } catch (error) {
    if (isProblem(error)) return 0;
    throw error;
  }
}
