import type { ReleaseCount } from '../../model/release.ts';
import { releaseOfKey } from '../../tally/release-counts.ts';
import { definePattern } from '../define-pattern.ts';
import type { World } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { nameOf, rounded } from '../sentences.ts';

export const helmReleaseGrowth = definePattern({
  id: 'helm-release-growth',
  title: 'Helm keeps many revisions of a release, or makes new ones all the time.',
  explanation:
    'Helm stores every revision of a release as a Secret with the whole chart and all manifests in it, up to a megabyte. Without a limit they stay for good. A controller that retries a failing upgrade, or sees a change where there is none, makes a new one every few minutes.',
  notThis: ['up to ten revisions kept, as is the default of Helm', 'an upgrade now and then, or a few on one day'],
  loop: false,
  symptom: false,
  thresholds: {
    kept: { default: 10, doc: 'revisions of one release kept' },
    perHour: { default: 5, doc: 'revisions of one release made an hour' },
    revisions: { default: 5, doc: 'revisions that must have been seen before that pace is judged' },
  },
  rules: {
    prefix: {
      needs: [],
      evaluate: ({ count, samples }, { kept, perHour, revisions }, world) => {
        const grown = (world.counted.releases ?? [])
          .filter(({ prefix }) => prefix === count.prefix)
          .map((release) => ({ release, pace: paceOf(release, world) }))
          .filter(
            ({ release, pace }) =>
              release.kept > kept || (pace !== undefined && release.revisions >= revisions && pace >= perHour),
          )
          .sort((a, b) => b.release.revisions - a.release.revisions);
        const [worst] = grown;
        if (!worst) return;
        const { release, pace } = worst;
        const { namespace, name } = release;
        const isFast = pace !== undefined && release.revisions >= revisions && pace >= perHour;
        const said = isFast
          ? `a revision is made ${rounded(pace)} times an hour`
          : `${release.kept} revisions of it are kept`;
        return {
          confidence: 'high',
          kept: true,
          instead: {
            subject: { type: 'owner', group: 'helm.sh', resource: 'releases', namespace, name },
            kind: 'Helm release',
            // One finding for all of them, so that many small ones weigh what they weigh together.
            writes: grown.reduce((sum, each) => sum + each.release.writes, 0),
          },
          writers: samplesWriters(
            samples.filter(({ count: { key } }) => isOf(release, releaseOfKey(key))),
            release,
          ),
          evidence: {
            kept: release.kept,
            revisions: release.revisions,
            ...(pace !== undefined && { perHour: rounded(pace) }),
            kilobytes: rounded(release.bytes / 1000),
            releases: grown.length,
            fast: isFast,
          },
          cause: grown.length > 1 ? `${said}; so it is with ${grown.length - 1} other releases` : said,
        };
      },
    },
  },
  remedy: ({ subject, kind, evidence }) => {
    const limit =
      'keep fewer: helm upgrade --history-max 5 (0 is no limit), Flux: spec.maxHistory of the HelmRelease (default 5), Fleet: helm.maxHistory';
    const retries = `see why ${nameOf(kind, subject)} is upgraded again and again: helm -n ${subject.namespace ?? 'default'} history ${subject.name}; bound the retries (Flux: spec.upgrade.remediation.retries, not -1)`;
    const drop = `drop the old ones with the next upgrade, or by hand all but the last: kubectl -n ${subject.namespace ?? 'default'} get secrets -l owner=helm,name=${subject.name}`;
    return evidence['fast'] === true
      ? { summary: 'end the upgrades that change nothing or fail', steps: [retries, limit, drop], docs }
      : { summary: 'limit how many revisions of a release are kept', steps: [limit, drop, retries], docs };
  },
  example: {
    subject: { type: 'owner', group: 'helm.sh', resource: 'releases', namespace: 'shop', name: 'web' },
    kind: 'Helm release',
    fields: [],
    writers: [],
    evidence: { fast: false },
  },
  references: [
    'https://github.com/rancher/fleet/issues/232',
    'https://github.com/fluxcd/helm-controller/issues/149',
    'https://helm.sh/docs/helm/helm_upgrade/',
    'https://fluxcd.io/flux/components/helm/helmreleases/',
  ],
});

const docs = ['https://helm.sh/docs/helm/helm_upgrade/', 'https://fluxcd.io/flux/components/helm/helmreleases/'];

const isOf = (a: ReleaseCount, b: ReturnType<typeof releaseOfKey>): boolean =>
  a.namespace === b?.namespace && a.name === b.name;

/** Revisions an hour. What is left of each was written when the next one came, so that compaction does not blur it. */
function paceOf({ revisions, firstRevision, lastRevision }: ReleaseCount, { timeOf }: World): number | undefined {
  const from = firstRevision === undefined ? undefined : timeOf(firstRevision);
  const to = lastRevision === undefined ? undefined : timeOf(lastRevision);
  if (from === undefined || to === undefined || revisions < 2) return undefined;
  return (revisions - 1) / Math.max((to - from) / 3_600_000, 1 / 60);
}
