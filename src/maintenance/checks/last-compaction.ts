import { count, duration } from '../../words/units.ts';
import { autoCompactionFlags } from '../targets/flags.ts';
import { hoursKept } from './auto-compaction.ts';
import { failed, ok, warning, type Check } from './define-check.ts';
import type { Seen } from './seen.ts';
import { howToSet } from './sentences.ts';

const minute = 60_000;
/** kube-apiserver compacts every 5 minutes (--etcd-compaction-interval). */
const warnsAfter = 15 * minute;
const failsAfter = 60 * minute;
/** A minute or more of a busy cluster; a small one that was never compacted has no need yet. */
const fewRevisions = 10_000;
/** An idle etcd has nothing to compact. */
const idleRevisions = 1_000;

export const lastCompaction: Check = {
  category: 'history',
  name: 'last compaction',
  needs: ['an answer'],
  looksAt:
    "who compacts, and when last: kube-apiserver's note (the key compact_rev_key), dated by the leases stored at its revision, and etcd's metrics",
  warnsWhen:
    'the last one is older than 15 minutes and than twice what auto-compaction keeps, and 1,000 revisions or more were written since',
  failsWhen: 'it is four times as old, or never was, and 10,000 revisions or more are kept',
  judge(seen) {
    const { members, note, target } = seen;
    const head = Math.max(...members.map(({ status }) => status.revision));
    const last = lastCompactionOf(seen);
    const revision = Math.max(note?.revision ?? 0, ...members.map(({ compactRevision }) => compactRevision ?? 0));
    const retained = head - revision;
    const hint = `see that an API server runs and can write; let etcd compact by itself besides:\n\n${howToSet(target, autoCompactionFlags)}`;
    const isKnown = note !== undefined || members.some(({ compactRevision }) => compactRevision !== undefined);
    if (revision <= 0) {
      const never = isKnown ? 'nothing was ever compacted' : 'no compaction is known of';
      const why = `${never}: ${count(head)} revisions are kept`;
      return head < fewRevisions ? ok(why) : failed(why, hint);
    }
    const kept = `${count(retained)} revisions are kept`;
    const by = whoCompacts(seen, revision);
    if (!last) {
      const why = `by ${by}, unknown when; ${kept}`;
      return retained < fewRevisions ? ok(why) : warning(why, hint);
    }
    const age = Math.max(0, seen.now - last.at);
    const why = `${duration(age)} ago by ${by}; ${kept}`;
    if (retained < idleRevisions) return ok(why);
    const longest = 2 * 60 * minute * Math.max(0, ...members.map(({ flags }) => (flags ? hoursKept(flags) : 0)));
    if (age > Math.max(failsAfter, 2 * longest))
      return retained < fewRevisions ? warning(why, hint) : failed(why, hint);
    return age > Math.max(warnsAfter, longest) ? warning(why, hint) : ok(why);
  },
};

/** The latest that anything tells of; undefined where nothing tells a time. */
export function lastCompactionOf({ members, note }: Seen): { readonly at: number } | undefined {
  const times = [...members.map(({ lastCompaction: at }) => at), note?.writtenAt].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : { at: Math.max(...times) };
}

/** kube-apiserver leaves a note of the revision it compacts to; the others leave none. */
function whoCompacts({ note, members }: Seen, revision: number): string {
  if (note && note.revision >= revision) return 'kube-apiserver';
  const isAutomatic = members.some(({ flags }) => flags && (flags.get('auto-compaction-retention') ?? '0') !== '0');
  const other = isAutomatic ? 'etcd itself' : 'hand, or by a job';
  return note ? `${other}, beyond kube-apiserver's ${count(note.revision)}` : other;
}
