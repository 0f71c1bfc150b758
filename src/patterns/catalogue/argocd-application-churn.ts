import { definePattern } from '../define-pattern.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';

const refresh = '/metadata/annotations/argocd.argoproj.io~1refresh';

export const argocdApplicationChurn = definePattern({
  id: 'argocd-application-churn',
  title: 'Argo CD rewrites an Application over and over without anything new to say.',
  explanation:
    'Each refresh of an Application may patch its status, which lists every resource of the application and is therefore large. Refreshes are meant to happen every few minutes; a resource that changes all the time, a comparison that never settles, or somebody who asks for a refresh triggers them every few seconds.',
  notThis: [
    'a refresh every three minutes',
    'one synchronisation: a dozen writes in a minute, each of them news',
    'two writers that fight over the spec of an Application: that is a field-fight',
  ],
  refines: ['status-self-trigger', 'annotation-heartbeat'],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 2, doc: 'writes a minute of one Application' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    timestampOnly: { default: 0.5, doc: 'share of its changes in which nothing but timestamps moved' },
    returns: { default: 3, doc: 'times status.sync, or the request for a refresh, went back to what it was' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes }, thresholds) => {
        if (resource.group !== 'argoproj.io' || resource.resource !== 'applications' || !rate) return;
        if (rate.perMinute < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes) return;
        const moved = changes.count - changes.noChange;
        const idle = changes.timestampOnly >= Math.max(2, moved * thresholds.timestampOnly);
        const flapping = changes.paths
          .filter(
            ({ path, returns, timestamp }) =>
              !timestamp && returns >= thresholds.returns && (path.startsWith('/status/sync/') || path === refresh),
          )
          .map(({ path }) => path);
        if (!idle && flapping.length === 0) return;
        const fields = flapping.length > 0 ? flapping.slice(0, 3) : changes.timestampPaths.slice(0, 3);
        return {
          confidence: moved >= 20 ? 'high' : 'medium',
          ref,
          fields,
          writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            changes: moved,
            timestampOnlyChanges: changes.timestampOnly,
            refreshRequested: flapping.includes(refresh),
          },
          cause: flapping.includes(refresh)
            ? `somebody asks for a refresh of it all the time (annotation argocd.argoproj.io/refresh)`
            : flapping.length > 0
              ? `its comparison never settles: ${listed(fields)} ${fields.length === 1 ? 'goes' : 'go'} back and forth`
              : `Argo CD refreshes it ${rounded(rate.perMinute)} times a minute, and only ${listed(fields)} ${fields.length === 1 ? 'moves' : 'move'}`,
        };
      },
    },
  },
  remedy: ({ subject, kind, evidence }) => ({
    summary: `make Argo CD refresh ${nameOf(kind, subject)} less often`,
    steps: [
      ...(evidence['refreshRequested'] === true
        ? [
            'find who sets argocd.argoproj.io/refresh (argocd app get --refresh in a script, a webhook) and let it ask less often',
          ]
        : []),
      'upgrade Argo CD: 2.10 to 2.14 had loops of PATCH calls that later releases end',
      'ignore updates of resources that change by themselves: resource.customizations.ignoreResourceUpdates.<group_kind> in argocd-cm (resource.ignoreResourceUpdatesEnabled must be true, as it is by default in current releases)',
      'refresh less often: timeout.reconciliation: 600s and timeout.reconciliation.jitter: 60s in argocd-cm, with a git webhook for speed; restart the application controller',
      'write in the manifest what the cluster stores, so that the comparison settles (no duplicate valueFiles, no random values in templates)',
    ],
    docs: [
      'https://argo-cd.readthedocs.io/en/stable/operator-manual/reconcile/',
      'https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/',
    ],
  }),
  example: {
    subject: { type: 'object', group: 'argoproj.io', resource: 'applications', namespace: 'argocd', name: 'shop' },
    kind: 'Application',
    fields: ['/status/reconciledAt'],
    writers: [{ name: 'argocd-application-controller', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { refreshRequested: false },
  },
  references: [
    'https://github.com/argoproj/argo-cd/issues/21893',
    'https://github.com/argoproj/argo-cd/issues/22739',
    'https://github.com/argoproj/argo-cd/issues/18151',
    'https://argo-cd.readthedocs.io/en/stable/operator-manual/reconcile/',
  ],
});
