import type { ReleaseCount } from '../model/release.ts';
import { forEachKey } from './key-counts.ts';
import type { MergedTally } from './merge-shards.ts';
import { valueAt } from './packed.ts';
import { addKey, byWrites, noCounts, type Sum } from './sums.ts';

/** helm pkg/storage: `sh.helm.release.v1.<release>.v<revision>`, in Secrets unless told otherwise. */
const storedRelease = /\/([^/]+)\/sh\.helm\.release\.v1\.(.+)\.v\d+$/;
/** The release that a key holds a revision of, if so. */
export function releaseOfKey(key: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = storedRelease.exec(key) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

const holdsReleases = /\/(secrets|configmaps)$/;

/** Helm's releases, by the names of keys alone; those with most writes first, at most `kept`. */
export function releaseCounts(tally: MergedTally, kept = 1_000): ReleaseCount[] {
  const text = new TextDecoder();
  const holders = new Set([...tally.prefixes.keys()].filter((i) => holdsReleases.test(tally.prefixes[i]!)));
  const releases = new Map<string, Sum & { -readonly [K in keyof ReleaseCount]: ReleaseCount[K] }>();
  forEachKey(tally, ({ tally: { columns }, keys }, local) => {
    const prefix = valueAt(columns.prefix, local);
    if (!holders.has(prefix)) return;
    const found = releaseOfKey(text.decode(keys.bytesOf(local)));
    if (!found) return;
    const { namespace, name } = found;
    const id = `${prefix}/${namespace}/${name}`;
    let release = releases.get(id);
    if (!release) {
      release = { prefix: tally.prefixes[prefix]!, namespace, name, revisions: 0, kept: 0, ...noCounts() };
      releases.set(id, release);
    }
    addKey(release, columns, local, tally.compactRevision);
    release.revisions++;
    release.kept += columns.live[local]!;
  });
  return [...releases.values()].sort(byWrites(({ namespace, name }) => `${namespace}/${name}`)).slice(0, kept);
}
