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

/** Of all that lies in a place: the backups of this cluster that are too many or too old, never the newest. */
export function surplusBackups(
  found: readonly string[],
  clusterId: string,
  { count, ageMs }: Retention,
  now: number,
): string[] {
  const names = found
    .filter((name) => ours.test(name) && name.startsWith(prefixOf(clusterId)))
    .toSorted((a, b) => madeAt(b) - madeAt(a));
  return names.filter(
    (name, i) => i > 0 && ((count !== undefined && i >= count) || (ageMs !== undefined && now - madeAt(name) > ageMs)),
  );
}

function madeAt(name: string): number {
  const [, at = ''] = ours.exec(name) ?? [];
  return Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
