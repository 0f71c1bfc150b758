/** What older releases of etcd do wrong, by the release that put it right in each line of releases. */
export interface VersionHazard {
  readonly fixedIn: readonly string[];
  readonly what: string;
  /** data: it can be lost or differ between members; outage: a member stops or refuses; figures: a number is missing. */
  readonly harm: 'data' | 'outage' | 'figures';
  /** Only while a member is defragmented, or at any time. */
  readonly during: 'defragmentation' | 'running';
}

/** From etcd's changelogs. A release line that is not named never had it. */
export const versionHazards: readonly VersionHazard[] = [
  {
    fixedIn: ['3.4.4'],
    what: 'a defragmentation reuses the temporary file of one that was cut off, and corrupts the database',
    harm: 'data',
    during: 'defragmentation',
  },
  { fixedIn: ['3.5.3'], what: 'a crash leaves members with different data', harm: 'data', during: 'running' },
  {
    fixedIn: ['3.5.6'],
    what: 'a crash during a defragmentation leaves members at different revisions',
    harm: 'data',
    during: 'defragmentation',
  },
  {
    fixedIn: ['3.4.20', '3.5.7'],
    what: 'the NOSPACE alarm also blocks requests that do not write',
    harm: 'outage',
    during: 'running',
  },
  {
    fixedIn: ['3.4.35', '3.5.17'],
    what: 'a defragmentation that fails, on a full disk, stops the member',
    harm: 'outage',
    during: 'defragmentation',
  },
  {
    fixedIn: ['3.4.38', '3.5.23', '3.6.5'],
    what: 'a snapshot from the leader that arrives during a defragmentation corrupts the database',
    harm: 'data',
    during: 'defragmentation',
  },
  { fixedIn: ['3.6.6'], what: 'a default quota is stated as 0', harm: 'figures', during: 'running' },
];

/** Of a version such as `3.5.9`; undefined where it is not one. */
export function hazardsOf(version: string): readonly VersionHazard[] | undefined {
  const own = numbersOf(version);
  if (!own) return undefined;
  return versionHazards.filter(({ fixedIn }) =>
    fixedIn.some((fix) => {
      const fixed = numbersOf(fix);
      return fixed && fixed[0] === own[0] && fixed[1] === own[1] && own[2] < fixed[2];
    }),
  );
}

/** The newest fix in this version's line of releases: from there on it has none of the hazards. */
export function safeVersionFor(version: string): string | undefined {
  const own = numbersOf(version);
  const patches = versionHazards
    .flatMap(({ fixedIn }) => fixedIn.map(numbersOf))
    .flatMap((fixed) => (fixed && own && fixed[0] === own[0] && fixed[1] === own[1] ? [fixed[2]] : []));
  return own && patches.length > 0 ? `${own[0]}.${own[1]}.${Math.max(...patches)}` : undefined;
}

type Numbers = readonly [major: number, minor: number, patch: number];

function numbersOf(version: string): Numbers | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
