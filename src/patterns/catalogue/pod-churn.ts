import { refId, type ObjectRef } from '../../model/resource.ts';
import { asObject } from '../../objects/json-text.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { nameOf, rounded } from '../sentences.ts';

/** Each of their pods is work of its own: many are many, however long they stay. */
const runsToEnd = new Set(['CronJob', 'Job']);

export const podChurn = definePattern({
  id: 'pod-churn',
  title: 'One owner creates pods without end.',
  explanation:
    'A pod costs five to eight writes over its life, its Job as many again, and half a dozen Events. Jobs that run too often, retries without a limit, or pods that are evicted and created again multiply that. Names are all different, so only the owner shows it.',
  notThis: [
    'a rollout or a scale-up, however large: as many pods as replicas, once or twice',
    'a CronJob that starts a few pods a minute',
  ],
  loop: false,
  symptom: true,
  thresholds: {
    createsPerMinute: { default: 30, doc: 'pods created a minute for one owner' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    turnover: {
      default: 3,
      doc: 'pods created for each one alive at the end, or wanted all along where that is fewer, for owners that should keep theirs',
    },
  },
  rules: {
    owner: {
      needs: ['time'],
      evaluate: (
        { owner, byPrefix, rateOf, members },
        { createsPerMinute, sustainedMinutes, turnover },
        { objects },
      ) => {
        const pods = byPrefix.find(({ prefix }) => prefix.endsWith('/pods'));
        const creates = pods && rateOf(pods.creates);
        if (!creates || creates.perMinute < createsPerMinute || creates.sustainedMinutes < sustainedMinutes) return;
        // Pods that failed stay until thousands of them have (--terminated-pod-gc-threshold), in place of none.
        const alive = Math.max(1, Math.min(pods.names - pods.deletes, wantedPods(owner, objects) ?? Infinity));
        if (!runsToEnd.has(owner.kind) && pods.creates < alive * turnover) return;
        return {
          confidence: 'high',
          ref: owner,
          writers: samplesWriters(
            members.filter(({ count }) => count.prefix === pods.prefix),
            pods,
          ),
          evidence: {
            createsPerMinute: rounded(creates.perMinute),
            minutes: rounded(creates.sustainedMinutes),
            podsCreated: pods.creates,
            podsDeleted: pods.deletes,
            names: pods.names,
          },
          cause: `${pods.creates} pods were created for it in ${rounded(creates.sustainedMinutes)} minutes`,
          own: [pods.prefix],
        };
      },
    },
  },
  remedy: ({ subject, kind }) => ({
    summary: `create fewer pods for ${nameOf(kind, subject)}`,
    steps: runsToEnd.has(kind)
      ? [
          'run it less often, or several pieces of work in one pod; set concurrencyPolicy: Forbid',
          'bound retries: backoffLimit: 2, and activeDeadlineSeconds',
          'let finished work go in batches: ttlSecondsAfterFinished, successfulJobsHistoryLimit: 1',
        ]
      : [
          'see why its pods do not stay: kubectl get events for Evicted, Preempted, OOMKilled or failed mounts',
          `until then stop it: scale ${nameOf(kind, subject)} to 0`,
          'set requests and limits so that its pods are not evicted as soon as they start',
        ],
    docs: [
      runsToEnd.has(kind)
        ? 'https://kubernetes.io/docs/concepts/workloads/controllers/job/'
        : 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/',
    ],
  }),
  example: {
    subject: { type: 'owner', group: 'batch', resource: 'cronjobs', namespace: 'shop', name: 'export' },
    kind: 'CronJob',
    fields: [],
    writers: [{ name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/tektoncd/pipeline/issues/8495',
    'https://kubernetes.io/docs/concepts/workloads/controllers/job/',
  ],
});

/** How many its specification asked for all the time, as far as that was read. */
function wantedPods(owner: ObjectRef, objects: readonly ObservedObject[]): number | undefined {
  const changes = objects.find(({ ref }) => refId(ref) === refId(owner))?.changes;
  if (!changes || changes.paths.some(({ path }) => path === '/spec/replicas')) return undefined;
  const { replicas } = asObject(changes.last?.body['spec']);
  return typeof replicas === 'number' && replicas > 0 ? replicas : undefined;
}
