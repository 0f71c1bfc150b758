import type { Millis } from '../../model/write.ts';
import { asObject, asText } from '../../objects/json-text.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { percent, rounded } from '../sentences.ts';

export const unboundedGrowth = definePattern({
  id: 'unbounded-growth',
  title: 'Objects of one kind are only ever added: nothing collects those that are done.',
  explanation:
    'Records of work (backups, uploads, runs, requests) are kept after the work has ended. Each is small, but they are never collected, so lists grow slow, caches of every watcher grow with them, and etcd fills over weeks. It is judged over a day: where the source keeps the revisions of a day, by what was created and deleted; else by when the living were created, and whether they are done.',
  notThis: [
    'objects that are deleted about as fast as they are made',
    'an inventory that was filled once, in a burst or by an import',
    'objects that belong to others and are in use: they go with them',
    'fewer than some hundred a day',
  ],
  loop: false,
  symptom: false,
  thresholds: {
    hours: { default: 24, doc: 'hours over which it is judged' },
    grown: { default: 500, doc: 'objects more than that long ago, as a sample of a dozen tells' },
    deleted: { default: 0.05, doc: 'deletions for each creation up to which nothing counts as collected' },
    finished: {
      default: 0.8,
      doc: 'share of objects that must be done, where the source keeps less than that many hours',
    },
  },
  rules: {
    prefix: {
      needs: ['history', 'time'],
      evaluate: ({ count, rateOf, samples }, { hours, grown, deleted, finished }, { timeOf, toRevision }) => {
        const now = timeOf(toRevision);
        if (now === undefined || !accumulates(count) || count.liveKeys < grown) return;
        const living = samples.filter((sample) => sample.count.live && sample.changes.last?.createdAt !== undefined);
        if (living.length < enough) return;
        const done = living.filter(isFinished).length / living.length;
        // What has an owner goes with it; unless it is done, and the owner stays.
        if (done < finished && living.some(({ owners }) => owners.length > 0)) return;
        const ages = living.map(({ changes }) => (now - (changes.last?.createdAt ?? now)) / hour);
        const recent = ages.filter((age) => age <= hours);
        const oldest = Math.max(...ages);
        // Made at an even pace, so many of them are of the last day: the oldest of a sample tells it closer than their number.
        const expected = Math.min(1, hours / oldest);
        const more = Math.round(count.liveKeys * expected);
        // An import ends within hours, whatever a dozen of its objects look like.
        const isSteady =
          Math.max(...recent) - Math.min(...recent) >= hours / 4 && recent.length * 2 >= living.length * expected;
        if (recent.length < 2 || more < grown || oldest < hours * almost || !isSteady) return;

        const watched = (rateOf(count.creates)?.sustainedMinutes ?? 0) / 60;
        const collected = count.deletes > count.creates * deleted;
        // A window of minutes does not show what is collected once a day, unless what is done long since is still there.
        if (watched >= hours * almost ? collected : count.deletes > 0 || done < finished) return;
        return {
          confidence: watched >= hours * almost ? 'high' : 'medium',
          kept: true,
          writers: samplesWriters(living, count),
          evidence: {
            liveObjects: count.liveKeys,
            moreThanADayAgo: more,
            oldestHours: rounded(oldest),
            windowHours: rounded(watched),
            deletes: count.deletes,
            finishedPercent: percent(done),
          },
          cause: `${count.liveKeys} are kept, some ${more} more than ${hours} hours ago, and ${count.deletes === 0 ? 'none was' : `only ${count.deletes} were`} deleted`,
        };
      },
    },
  },
  remedy: ({ subject, writers }) => ({
    summary: `have ${subject.resource ?? 'them'} collected when they are done`,
    steps: [
      ...(subject.group === 'velero.io'
        ? [
            'upgrade Velero: DataUploads and DataDownloads that have ended are to be removed (velero#8761)',
            'shorten the ttl of backups and delete old restores: what belongs to them goes with them',
          ]
        : [
            `give them an end: a TTL or a history limit of ${writers[0]?.name ?? 'what makes them'} (ttlSecondsAfterFinished, ttlStrategy, historyLimit, a pruner), or an ownerReference to what they belong to`,
          ]),
      `delete those that have ended: kubectl get ${subject.resource ?? ''}.${subject.group ?? ''} -A --sort-by=.metadata.creationTimestamp`,
      'then watch the count: etcdctl get --prefix --count-only ' + subject.name,
    ],
    docs: ['https://kubernetes.io/docs/concepts/architecture/garbage-collection/'],
  }),
  example: {
    subject: { type: 'prefix', group: 'velero.io', resource: 'datauploads', name: '/registry/velero.io/datauploads' },
    kind: 'datauploads',
    fields: [],
    writers: [{ name: 'velero-server', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/velero-io/velero/issues/8761',
    'https://github.com/velero-io/velero/issues/8764',
    'https://kubernetes.io/docs/concepts/architecture/garbage-collection/',
  ],
});

const hour: Millis = 3_600_000;
/** Fewer living objects than this tell nothing about all of them. */
const enough = 6;
/** A window of a day is never quite one between its first and last write. */
const almost = 0.95;

/** Events go by their lease, leases and pods by their own rules. */
function accumulates({ group, resource }: { readonly group: string; readonly resource: string }): boolean {
  return !(group === '' && ['events', 'pods'].includes(resource)) && resource !== 'leases' && resource !== '';
}

const ended =
  /^(Complete|Completed|Succeeded|Success|Failed|PartiallyFailed|FinalizingPartiallyFailed|Cancell?ed|Error|Finished|Done|Processed|Deleted)$/i;

function isFinished({ changes }: ObservedObject): boolean {
  const status = asObject(changes.last?.body['status']);
  const state = asText(status['phase']) ?? asText(status['state']) ?? '';
  return ended.test(state) || 'completionTimestamp' in status || 'completionTime' in status || 'finishedAt' in status;
}
