import { isSharedField } from '../../objects/fields-by-design.ts';
import { definePattern } from '../define-pattern.ts';
import { expectedChurn } from '../expected.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';

export const annotationHeartbeat = definePattern({
  id: 'annotation-heartbeat',
  title: 'A heartbeat is kept in an annotation, so each beat stores the whole object anew.',
  explanation:
    'Leader election, a last-seen time or a rolling state in an annotation rewrites the whole object, wakes everyone who watches it and leaves a revision of full size behind. A Lease of a few hundred bytes does the same.',
  notThis: [
    'annotations that change with the object (a rollout, an apply)',
    'a number that counts',
    'an annotation that two writers fight over',
    'leases: that is what they are for',
  ],
  loop: true,
  symptom: true,
  thresholds: {
    perMinute: { default: 2, doc: 'writes a minute of one object' },
    annotationOnly: { default: 0.9, doc: 'share of its changes in which nothing but annotations moved' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    changes: { default: 6, doc: 'such changes that must have been seen' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes }, thresholds) => {
        if (!rate || rate.perMinute < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes)
          return;
        if (expectedChurn(resource, rate.perMinute)) return;
        const moved = changes.count - changes.noChange;
        if (changes.annotationOnly < thresholds.changes || changes.annotationOnly < moved * thresholds.annotationOnly)
          return;
        const beating = changes.paths.filter(
          ({ path, counter, alternations, returns, changes: times }) =>
            path.startsWith('/metadata/annotations/') &&
            times * 2 >= changes.annotationOnly &&
            !counter &&
            alternations * 2 < times && // that would be a fight
            returns * 2 < times && // a state that flips is no beat
            !isSharedField(resource, path),
        );
        if (beating.length === 0) return;
        const fields = beating.map(({ path }) => path);
        return {
          confidence: changes.annotationOnly >= 20 ? 'high' : 'medium',
          ref,
          fields,
          writers: changes.writers
            .filter(({ writes }) => writes > 1)
            .map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            annotationOnly: changes.annotationOnly,
            changes: moved,
          },
          cause: `${changes.writers[0]?.writer.name ?? 'its writer'} beats in ${listed(fields.slice(0, 3))}`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: 'keep the beat in a Lease, or beat less often',
    steps: [
      `let ${writers[0]?.name ?? 'the writer'} keep ${listed(fields.slice(0, 3))} in a Lease (coordination.k8s.io/v1) or a small object of its own instead of ${nameOf(kind, subject)}`,
      'where it is leader election: client-go resourcelock type leases',
      'else write it only when it says something new, or once a minute at most',
    ],
    docs: ['https://kubernetes.io/docs/concepts/architecture/leases/'],
  }),
  example: {
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'db', name: 'postgres-leader' },
    kind: 'ConfigMap',
    fields: ['/metadata/annotations/renewTime'],
    writers: [{ name: 'patroni', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/zalando/spilo/issues/850',
    'https://github.com/apache/apisix/issues/10264',
    'https://kubernetes.io/docs/concepts/architecture/leases/',
  ],
});
