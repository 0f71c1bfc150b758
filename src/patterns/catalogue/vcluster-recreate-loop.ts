import type { Millis } from '../../model/write.ts';
import { definePattern } from '../define-pattern.ts';
import { nameOf, rounded } from '../sentences.ts';
import { isSynced, isSyncer } from '../vcluster.ts';
import { pauseSync } from '../vcluster-yaml.ts';

export const vclusterRecreateLoop = definePattern({
  id: 'vcluster-recreate-loop',
  title: "A vCluster's copy of one object is deleted and created again and again on the host.",
  explanation:
    'The syncer creates the copy, something else deletes it, the syncer creates it anew. Two vClusters in one host namespace do that to each other: each takes the copies of the other for leftovers of its own. Every round costs a create, a delete and what hangs on the object (Events, endpoints, a pod that starts).',
  notThis: [
    'a pod of a StatefulSet that is replaced inside the vCluster: each copy is then of another object',
    'test-service-delete-me-... at the start of a vCluster: each name once',
    'an object deleted and applied again by hand',
  ],
  refines: ['pod-churn'],
  loop: true,
  symptom: false,
  thresholds: {
    uids: { default: 3, doc: 'objects that bore the name one after the other' },
    windowMinutes: { default: 5, doc: 'minutes in which they were created' },
    highUids: { default: 6, doc: 'such objects from which the confidence is high' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ ref, changes, labels, annotations, rate }, { uids, windowMinutes, highUids }) => {
        const { makers, removers, births, incarnations, originals, deletes } = changes;
        if (!isSynced(labels, annotations) && !makers.some(({ writer }) => isSyncer(writer, changes))) return;
        if (mostWithin(births, windowMinutes * 60_000) < uids) return;
        // Of another object each time, it only follows what happens inside the vCluster.
        if (originals * uids > incarnations) return;
        // Older syncers do not say of which: a pod may be one of a StatefulSet.
        if (originals === 0 && ref.kind === 'Pod') return;
        return {
          confidence: incarnations >= highUids ? 'high' : 'medium',
          ref,
          writers: [
            ...makers,
            ...removers.filter(({ writer }) => !makers.some((each) => each.writer.name === writer.name)),
          ].map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            uids: incarnations,
            deletes,
            ...(rate && { perMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }),
          },
          cause: `it was created ${incarnations} times for one object of the vCluster${
            removers[0] ? `, and deleted by ${removers[0].writer.name}` : ', and deleted in between'
          }`,
        };
      },
    },
  },
  remedy: ({ subject, kind }) => ({
    summary: `find who deletes ${nameOf(kind, subject)}; keep one vCluster per host namespace`,
    steps: [
      `look for a second vCluster: kubectl -n ${subject.namespace ?? 'NAMESPACE'} get statefulsets,deployments -l app=vcluster; move all but one to namespaces of their own`,
      'upgrade vCluster: 0.21.4 and 0.22.1 stop importing the copies of another vCluster, and since 0.25 a second one in a namespace is refused',
      'where custom resources are synced generically, sync only the kinds that are needed, in one direction',
      `until then pause syncing of ${subject.resource ?? 'this kind'} in vcluster.yaml:\n${pauseSync(subject)}`,
    ],
    docs: [
      'https://github.com/loft-sh/vcluster/issues/2358',
      'https://www.vcluster.com/docs/vcluster/configure/vcluster-yaml/sync/to-host',
    ],
  }),
  example: {
    subject: { type: 'object', group: '', resource: 'services', namespace: 'tenant', name: 'web-x-shop-x-tenant' },
    kind: 'Service',
    fields: [],
    writers: [{ name: 'vcluster', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/loft-sh/vcluster/issues/2358',
    'https://github.com/loft-sh/vcluster/pull/2365',
    'https://github.com/loft-sh/vcluster/pull/2713',
  ],
});

/** The most of rising moments that lie within one stretch. */
function mostWithin(moments: readonly Millis[], stretch: Millis): number {
  let most = 0;
  let from = 0;
  moments.forEach((at, i) => {
    while (at - (moments[from] ?? at) > stretch) from++;
    most = Math.max(most, i - from + 1);
  });
  return most;
}
