import { isProblem } from '../errors/problem.ts';
import type { Member } from './member.ts';
import { readKey } from './read-key.ts';

export interface CompactionNote {
  /** kube-apiserver compacted to it. */
  readonly revision: number;
  /** Of the note itself: it is written just before compacting. */
  readonly writtenAtRevision: number;
}

/**
 * The note that kube-apiserver keeps of its last compaction (storage/etcd3/compact.go); undefined where there is none or
 * it may not be read.
 */
export async function readCompactionNote(member: Pick<Member, 'range'>): Promise<CompactionNote | undefined> {
  try {
    const note = await readKey(member, 'compact_rev_key', { what: 'the note of the last compaction' });
    const revision = Number(new TextDecoder().decode(note?.value));
    if (!note || !Number.isSafeInteger(revision)) return undefined;
    return { revision, writtenAtRevision: note.modRevision };
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
