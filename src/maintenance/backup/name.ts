/** How many backups stay, and how long; absent: all, for ever. */
export interface Retention {
  readonly count?: number;
  readonly ageMs?: number;
}

/** `etcd-cdf818194e3a8c32-r28830-20260301T025907Z.db`: the cluster's id as etcdctl writes it, the newest revision, when. */
export function backupName(clusterId: string, revision: number, now: number): string {
  const at = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${prefixOf(clusterId)}r${revision}-${at}.db`;
}

/** `etcd-cdf818194e3a8c32-`: how the names of a cluster's backups begin. */
export function prefixOf(clusterId: string): string {
  return `etcd-${BigInt(clusterId).toString(16)}-`;
}

const ours = /^etcd-[0-9a-f]+-r\d+-(\d{8}T\d{6}Z)\.db(\.enc)?$/;
/** What a backup is called until it is whole. */
const part = /\.[0-9a-f]{8}\.part$/;

/** Of all that lies in a place: the backups of this cluster that are too many or too old, never the newest. */
export function surplusBackups(
  found: readonly string[],
  clusterId: string,
  { count, ageMs }: Retention,
  now: number,
): string[] {
  const names = found.filter((name) => isOf(clusterId, name)).toSorted((a, b) => madeAt(b) - madeAt(a));
  return names.filter(
    (name, i) => i > 0 && ((count !== undefined && i >= count) || (ageMs !== undefined && now - madeAt(name) > ageMs)),
  );
}

/** Much longer than any run writes to one: SIGKILL left it. */
const abandonedAfter = 24 * 60 * 60_000;

/** Of all that lies in a place: the halves of this cluster's backups that nobody writes to any more. */
export function abandonedParts(found: readonly string[], clusterId: string, now: number): string[] {
  return found.filter((name) => {
    const whole = name.replace(part, '');
    return whole !== name && isOf(clusterId, whole) && now - madeAt(whole) > abandonedAfter;
  });
}

function isOf(clusterId: string, name: string): boolean {
  return ours.test(name) && name.startsWith(prefixOf(clusterId));
}

function madeAt(name: string): number {
  const [, at = ''] = ours.exec(name) ?? [];
  return Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
