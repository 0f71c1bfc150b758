import { definePattern } from '../define-pattern.ts';
import { expectedChurn, isAutoscaler } from '../expected.ts';
import { isPolicyReport } from '../kyverno.ts';
import { nameOf, rounded } from '../sentences.ts';

export const statusSelfTrigger = definePattern({
  id: 'status-self-trigger',
  title: 'A controller wakes itself: it writes a moment into status, sees its own write, and writes again.',
  explanation:
    'Nothing but timestamps under status moves, and there is one writer; generation stands still where status is a subresource. The controller reacts to each update of the object, its own included, so every reconciliation starts the next.',
  notThis: [
    'a counter in status that really counts, or a metric that really moves',
    'leases and node heartbeats at their usual pace',
    'an autoscaler that scales, whatever its pace: hpa-status has limits for it',
    'two writers: that is a fight',
    'a resync after a restart: a burst, then silence',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 5, doc: 'writes a minute of one object before it is looked at' },
    timestampOnly: { default: 0.8, doc: 'share of its changes in which nothing but timestamps moved' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on, unless provenWrites were seen' },
    provenWrites: { default: 100, doc: 'such changes that need no duration' },
    highWrites: { default: 20, doc: 'such changes from which the confidence is high' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes, count }, thresholds) => {
        if (!rate || rate.perMinute < thresholds.perMinute) return;
        // Of a key of many revisions some are read; the rest are taken to be like them.
        const likely = changes.timestampOnlyShare * (count.writes - count.creates - count.deletes);
        if (rate.sustainedMinutes < thresholds.sustainedMinutes && likely < thresholds.provenWrites) return;
        // An autoscaler's time moves because it scaled: hpa-status has limits for it.
        if (expectedChurn(resource, rate.perMinute) || isPolicyReport(resource) || isAutoscaler(resource)) return;
        const moved = changes.count - changes.noChange;
        if (changes.timestampOnly < 2 || changes.timestampOnly < moved * thresholds.timestampOnly) return;
        const fields = changes.timestampPaths.filter((path) => path.startsWith('/status/'));
        const [field] = fields;
        if (field === undefined || field !== changes.timestampPaths[0]) return;
        const [writer, ...others] = changes.timestampWriters;
        if (others.some(({ writes }) => writes >= moved * (1 - thresholds.timestampOnly))) return;
        return {
          confidence: changes.timestampOnly >= thresholds.highWrites ? 'high' : 'medium',
          ref,
          fields,
          writers: writer ? [{ ...writer.writer, writes: writer.writes }] : [],
          evidence: {
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            timestampOnlyChanges: changes.timestampOnly,
            changes: moved,
            generations: changes.generationDelta,
          },
          cause: `${writer?.writer.name ?? 'its controller'} rewrites the status although only ${field} moves`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: `compare before writing: ${fields[0] ?? 'the timestamp'} must move only when the status really changes`,
    steps: [
      `in ${writers[0]?.name ?? 'the controller'}: skip the update when the status equals the stored one but for its timestamps (apimachinery: equality.Semantic.DeepEqual); keep lastTransitionTime unless the status flips (meta.SetStatusCondition does)`,
      'do not wake on the own status update: watch with GenerationChangedPredicate (controller-runtime)',
      `until it is fixed, upgrade ${writers[0]?.name ?? 'it'} or stop it from reconciling ${nameOf(kind, subject)}`,
    ],
    docs: ['https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/predicate#GenerationChangedPredicate'],
  }),
  example: {
    subject: { type: 'object', group: 'apps.example.com', resource: 'widgets', namespace: 'shop', name: 'gear' },
    kind: 'Widget',
    fields: ['/status/lastProbe'],
    writers: [{ name: 'widget-operator', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/falcosecurity/falco-operator/issues/356',
    'https://github.com/strimzi/strimzi-kafka-operator/issues/13079',
    'https://github.com/redpanda-data/redpanda-operator/issues/1455',
  ],
});
