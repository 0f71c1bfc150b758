import { bytes, duration } from '../../words/units.ts';
import { autoCompactionFlags } from '../targets/flags.ts';
import { failed, ok, skipped, warning, type Check } from './define-check.ts';
import { lastCompactionOf } from './last-compaction.ts';
import { howToSet, maintain } from './sentences.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** kube-apiserver compacts every 5 minutes to where it was a cycle before: up to ten minutes of writes must fit twice. */
const limits = {
  compacted: { warnsBelow: 60 * minute, failsBelow: 20 * minute },
  left: { warnsBelow: day, failsBelow: 60 * minute },
};
const compactedWithin = 15 * minute;
/** Pages that move between two commits. */
const jitterBytes = 64 * 1024;

export const growth: Check = {
  category: 'space',
  name: 'time to quota',
  needs: ['the quota', 'two looks'],
  looksAt:
    'how much more is in use at a second look, and how long that could go on until the quota is reached if nothing were compacted',
  warnsWhen: 'that is less than 24 hours away; less than one, where a compaction was seen within the last 15 minutes',
  failsWhen: 'that is less than an hour away; less than 20 minutes, where a compaction was seen',
  judge(seen) {
    const { members, target } = seen;
    const looks = members.flatMap(({ status, later, quota: { quotaBytes } }) =>
      later && quotaBytes !== null
        ? [
            {
              seconds: later.afterMs / 1000,
              grown: later.status.inUseBytes - status.inUseBytes,
              room: Math.max(0, quotaBytes - later.status.inUseBytes),
              // The alarm comes with the write that would have crossed it.
              full: later.status.sizeBytes >= quotaBytes || later.status.alarms.includes('NOSPACE'),
            },
          ]
        : [],
    );
    const [first] = looks;
    if (!first) return skipped('unknown: no member whose quota is known could be looked at twice');
    const apart = duration(first.seconds * 1000);
    if (looks.some(({ full }) => full)) return failed('the quota is reached', maintain(target));
    if (looks.every(({ grown }) => grown < -jitterBytes))
      return skipped(`unknown: space was freed within the ${apart} between two looks; look again`);
    const soonest = looks.toSorted((a, b) => timeOf(a) - timeOf(b))[0]!;
    if (soonest.grown <= 0) return ok(`nothing grew within the ${apart} between two looks`);
    const left = timeOf(soonest);
    const perHour = (soonest.grown / soonest.seconds) * 3600;
    const compacted = lastCompactionOf(seen)?.at;
    const isCompacted = compacted !== undefined && seen.now - compacted < compactedWithin;
    const why = `${duration(left)} if nothing were compacted: ${bytes(perHour)} an hour, seen for ${apart}`;
    const hint = `see who writes: kubechurn triage\nand let etcd compact by itself:\n\n${howToSet(target, autoCompactionFlags)}`;
    const { warnsBelow, failsBelow } = isCompacted ? limits.compacted : limits.left;
    if (left < failsBelow) return failed(why, hint);
    return left < warnsBelow ? warning(why, hint) : ok(why);
  },
};

function timeOf({ grown, seconds, room }: { grown: number; seconds: number; room: number }): number {
  return grown <= 0 ? Infinity : (room / grown) * seconds * 1000;
}
