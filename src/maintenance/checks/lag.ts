import { count } from '../../words/units.ts';
import { failed, ok, warning, type Check } from './define-check.ts';

/** A follower further behind may need a snapshot from the leader, which before 3.4.38, 3.5.23 and 3.6.5 a defragmentation must not meet. */
const warnsFrom = 1_000;
/** etcd keeps so many entries for followers that catch up (server/etcdserver DefaultSnapshotCatchUpEntries). */
const failsFrom = 5_000;

export const lag: Check = {
  category: 'members',
  name: 'lag',
  needs: ['an answer'],
  looksAt: 'how many entries of the raft log each member is behind',
  warnsWhen: `one is ${count(warnsFrom)} or more behind`,
  failsWhen: `one is ${count(failsFrom)} or more behind, so that it needs a whole snapshot`,
  judge({ members }) {
    const head = Math.max(...members.map(({ status }) => Math.max(status.raftIndex, status.raftAppliedIndex)));
    const behind = members.map(({ name, status }) => ({ name, entries: head - status.raftAppliedIndex }));
    const worst = behind.toSorted((a, b) => b.entries - a.entries)[0]!;
    const why = `${worst.name} is ${count(worst.entries)} entries behind`;
    const hint = `look at the disk and network of ${worst.name}; defragment nothing until it has caught up`;
    if (worst.entries >= failsFrom) return failed(why, hint);
    if (worst.entries >= warnsFrom) return warning(why, hint);
    return ok(worst.entries === 0 ? 'none' : `${count(worst.entries)} entries at most`);
  },
};
