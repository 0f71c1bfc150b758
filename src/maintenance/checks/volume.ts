import { bytes } from '../../words/units.ts';
import { failed, ok, skipped, warning, type Check } from './define-check.ts';

export const volume: Check = {
  category: 'space',
  name: 'volume',
  needs: ['the quota'],
  looksAt: "the volume that etcd's data lies on, where that is on this machine",
  warnsWhen: 'a defragmentation would not find the room it needs, 1.2 times what is in use',
  failsWhen: 'it is full before the quota is reached',
  judge({ members }) {
    const seen = members.flatMap(({ name, volume: found, status, quota: { quotaBytes } }) =>
      found && quotaBytes !== null ? [{ name, ...found, status, quotaBytes }] : [],
    );
    if (seen.length === 0)
      return skipped(
        "unknown: etcd does not state it, and its data is not on this machine; compare the quota with the volume's size, WAL and a copy for defragmentation included",
      );
    const worst = seen.toSorted((a, b) => roomOf(a) - roomOf(b))[0]!;
    const { name, freeBytes, totalBytes, status, quotaBytes } = worst;
    const why = `${bytes(freeBytes)} of ${bytes(totalBytes)} free at ${name}, quota ${bytes(quotaBytes)}`;
    if (roomOf(worst) < quotaBytes)
      return failed(`${why}: the volume is full before the quota is reached`, 'enlarge the volume, or lower the quota');
    if (freeBytes < 1.2 * status.inUseBytes)
      return warning(
        `${why}: too little for a defragmentation`,
        `free ${bytes(1.2 * status.inUseBytes)} on that volume`,
      );
    return ok(why);
  },
};

/** What the database may grow to. */
function roomOf({ freeBytes, status }: { freeBytes: number; status: { sizeBytes: number } }): number {
  return freeBytes + status.sizeBytes;
}
