import type { ResourceKey } from '../../model/resource.ts';
import { definePattern } from '../define-pattern.ts';
import { accuseCrowd, accuseOften, isOver } from '../often-written.ts';
import { percent, rounded } from '../sentences.ts';

export const vpaChurn = definePattern({
  id: 'vpa-churn',
  title: 'Vertical autoscalers and their checkpoints are a large part of all writes.',
  explanation:
    'The recommender goes round once a minute and writes the status of each VerticalPodAutoscaler and a checkpoint for each of its containers: a histogram of some kilobytes. With thousands of them, or a shorter interval, that alone fills an etcd.',
  notThis: ['a handful of autoscalers, each written about once a minute', 'a recommender that has just started'],
  refines: ['status-self-trigger'],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 1.5, doc: 'writes a minute of one object; the recommender goes round once a minute' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    many: { default: 3, doc: 'such objects from which they are named together' },
    share: { default: 0.1, doc: 'share of all writes from which they are named whatever the rate of each' },
    totalPerMinute: { default: 60, doc: 'writes a minute of all of them below which that share says nothing' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (object, thresholds) => {
        if (!isVpa(object.resource) || !isOver(object.rate, thresholds)) return;
        return accuseOften(object, `it is written ${rounded(object.rate.perMinute)} times a minute`);
      },
    },
    prefix: {
      needs: ['time'],
      evaluate: ({ count, rateOf }, thresholds, { counted, objects }) => {
        if (!isVpa(count)) return;
        const all = counted.prefixes.filter(isVpa);
        if (all[0]?.prefix !== count.prefix) return; // one finding for both
        const read = objects.filter(({ resource }) => isVpa(resource));
        const often = read.filter(({ rate }) => isOver(rate, thresholds));
        const writes = all.reduce((sum, prefix) => sum + prefix.writes, 0);
        const share = writes / counted.totals.writes;
        const rate = rateOf(writes);
        const large =
          share > thresholds.share &&
          rate !== undefined &&
          rate.perMinute >= thresholds.totalPerMinute &&
          rate.sustainedMinutes >= thresholds.sustainedMinutes;
        if (!large && often.length < thresholds.many) return;
        const { evidence, ...accusation } = accuseCrowd(
          often.length > 0 ? often : read,
          read.length,
          large
            ? `${all.reduce((sum, { liveKeys }) => sum + liveKeys, 0)} autoscalers and checkpoints make ${percent(share)} % of all writes`
            : `${often.length} of the ${read.length} read in full are written more than ${thresholds.perMinute} times a minute`,
        );
        return {
          ...accusation,
          evidence: { ...evidence, ...(rate && { perMinute: rounded(rate.perMinute) }), sharePercent: percent(share) },
          claims: { prefixes: all.map(({ prefix }) => prefix), events: [] },
        };
      },
    },
  },
  remedy: () => ({
    summary: 'let the recommender go round less often, and keep its history elsewhere',
    steps: [
      'set --recommender-interval of vpa-recommender to 5m or more (default 1m; a shorter one is the usual cause)',
      'where Prometheus keeps the usage of containers: --storage=prometheus with --prometheus-address, so that no checkpoints are written',
      'delete autoscalers nobody acts on (updateMode Off and no reader), and track only pods that have one: --memory-saver=true',
    ],
    docs: ['https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/flags.md'],
  }),
  example: {
    subject: {
      type: 'prefix',
      group: 'autoscaling.k8s.io',
      resource: 'verticalpodautoscalercheckpoints',
      name: '/registry/autoscaling.k8s.io/verticalpodautoscalercheckpoints',
    },
    kind: 'verticalpodautoscalercheckpoints',
    fields: ['/status/lastUpdateTime'],
    writers: [{ name: 'recommender', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/kubernetes/autoscaler/issues/5421',
    'https://github.com/kubernetes/autoscaler/issues/4498',
    'https://github.com/kubernetes/autoscaler/pull/1140',
    'https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/flags.md',
  ],
});

function isVpa({ group, resource }: Pick<ResourceKey, 'group' | 'resource'>): boolean {
  return group === 'autoscaling.k8s.io' && /^verticalpodautoscaler(s|checkpoints)$/.test(resource);
}
