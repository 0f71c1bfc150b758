import type { RequestCount } from '../../model/request.ts';
import type { FindingWriter } from '../../model/finding.ts';
import { definePattern } from '../define-pattern.ts';
import { nameOf, percent, rounded, writerNames } from '../sentences.ts';

export const conflictStorm = definePattern({
  id: 'conflict-storm',
  title: 'A client keeps sending updates that are based on an old version, and is refused.',
  explanation:
    'An update that carries an old resourceVersion is refused with 409 Conflict. A client that reads again and retries settles at once; one that works from a stale cache, or whose work the next writer always overtakes, goes on. A refused request costs no revision, but it costs the API server CPU and its own client the work, and whatever made the object newer does write: look there as well. Only an audit log shows it.',
  notThis: [
    'a creation whose name is taken: it is refused with 409 too',
    'a handful of conflicts while a rollout changes the same objects: they end with it',
    'conflicts that follow from a fight over a field: they are counted to the fight',
  ],
  loop: true,
  symptom: true,
  thresholds: {
    perMinute: { default: 30, doc: 'conflicts a minute on one object' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
  },
  rules: {
    asked: {
      needs: ['requests'],
      evaluate: ({ ref, requests }, { perMinute, sustainedMinutes }) => {
        const storming = requests.filter(({ conflicting }) => conflicting.minutes >= sustainedMinutes);
        const rate = storming.reduce((sum, { conflicting }) => sum + conflicting.perMinute, 0);
        if (rate < perMinute) return;
        const conflicts = storming.reduce((sum, count) => sum + count.conflicts, 0);
        const all = storming.reduce((sum, count) => sum + requestsOf(count), 0);
        const writers = storming.map(clientOf).sort((a, b) => b.writes - a.writes);
        return {
          confidence: 'high',
          ref,
          writers,
          evidence: {
            conflicts,
            perMinute: rounded(rate),
            minutes: Math.max(...storming.map(({ conflicting }) => conflicting.minutes)),
            percentOfItsRequests: percent(conflicts / Math.max(1, all)),
            userAgents: [...new Set(storming.flatMap(({ userAgents }) => userAgents))].join(', '),
          },
          cause: `${writerNames(writers)} keep${writers.length === 1 ? 's' : ''} sending updates that are based on an old version: ${conflicts} were refused with 409`,
        };
      },
    },
  },
  remedy: ({ subject, kind, writers }) => ({
    summary: `make ${writers.length > 0 ? writerNames(writers) : 'the client'} patch ${nameOf(kind, subject)} instead of updating it from a stale copy`,
    steps: [
      'send a patch of the fields it owns, or a server-side apply, instead of an update of the whole object: neither needs the version',
      'where it must update, read the object from the API server (not from a cache) and retry with backoff: client-go retry.RetryOnConflict',
      'find out who else writes the object so often that the copy is always old: its other writers are in the tables of this report',
      'scale a controller that runs twice without leader election down to one replica',
    ],
    docs: [
      'https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions',
      'https://pkg.go.dev/k8s.io/client-go/util/retry#RetryOnConflict',
    ],
  }),
  example: {
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'shop', name: 'queue' },
    kind: 'ConfigMap',
    fields: [],
    writers: [{ name: 'system:serviceaccount:shop:worker', kind: 'user', confidence: 'high', writes: 0 }],
    evidence: {},
  },
  references: [
    'https://github.com/knative/serving/issues/6164',
    'https://pkg.go.dev/k8s.io/client-go/util/retry#RetryOnConflict',
  ],
});

const requestsOf = ({ succeeded, rejected }: RequestCount): number =>
  Object.values(rejected).reduce((sum, count) => sum + count, succeeded);

/** `writes` are those that were let through. */
function clientOf({ user, succeeded, unchanged = 0 }: RequestCount): FindingWriter {
  return { name: user, kind: 'user', confidence: 'high', writes: Math.max(0, succeeded - unchanged) };
}
