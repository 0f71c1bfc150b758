/** A defect of some etcd versions that maintenance can run into. */
export interface VersionHazard {
  readonly kind: 'inconsistency' | 'orphan' | 'crash' | 'disk-full' | 'catching-up' | 'blocked' | 'quota-unstated';
  readonly sentence: string;
}

/** From the changelogs of etcd: the release of each line that has the fix. A line without one never had the defect. */
const hazards: readonly (VersionHazard & { readonly fixedIn: readonly string[]; readonly since?: string })[] = [
  {
    kind: 'inconsistency',
    since: '3.5.0',
    fixedIn: ['3.5.3'],
    sentence: 'a crash can leave its members with different data',
  },
  {
    kind: 'orphan',
    fixedIn: ['3.4.4'],
    sentence: 'a defragmentation may take over the leftovers of an interrupted one and corrupt the database',
  },
  {
    kind: 'crash',
    since: '3.5.0',
    fixedIn: ['3.5.6'],
    sentence: 'a crash during a defragmentation makes revisions differ between members',
  },
  {
    kind: 'disk-full',
    fixedIn: ['3.4.35', '3.5.17'],
    sentence: 'it panics where the disk fills during a defragmentation',
  },
  {
    kind: 'catching-up',
    fixedIn: ['3.4.38', '3.5.23', '3.6.5'],
    sentence: 'a snapshot that arrives from the leader during a defragmentation corrupts the database',
  },
  {
    kind: 'blocked',
    fixedIn: ['3.4.20', '3.5.7'],
    sentence: 'under NOSPACE it refuses requests that do not write too',
  },
  {
    kind: 'quota-unstated',
    since: '3.6.0',
    fixedIn: ['3.6.6'],
    sentence: 'its status states a default quota as 0',
  },
];

/** The release of this version's line from which on it has none of the defects; undefined for lines without one. */
export function safeReleaseFor(version: string): string | undefined {
  const at = parsed(version);
  const fixes = hazards.flatMap(({ fixedIn }) => fixedIn.map((text) => parsed(text)!));
  const patches = fixes.flatMap(([major, minor, patch]) => (at?.[0] === major && at[1] === minor ? [patch] : []));
  return at && patches.length > 0 ? `${at[0]}.${at[1]}.${Math.max(...patches)}` : undefined;
}

export function hazardsOf(version: string): VersionHazard[] {
  const at = parsed(version);
  if (!at) return [];
  return hazards.filter(({ fixedIn, since }) => {
    if (since !== undefined && isBefore(at, parsed(since)!)) return false;
    const fix = fixedIn.map((text) => parsed(text)!).find(([major, minor]) => major === at[0] && minor === at[1]);
    if (fix) return isBefore(at, fix);
    // Older lines than the oldest that was fixed have it too.
    return isBefore(at, parsed(fixedIn[0]!)!);
  });
}

type Version = readonly [major: number, minor: number, patch: number];

function parsed(version: string): Version | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

function isBefore(a: Version, b: Version): boolean {
  const differing = [0, 1, 2].find((i) => a[i] !== b[i]);
  return differing !== undefined && a[differing]! < b[differing]!;
}
