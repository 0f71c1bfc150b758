import { definePattern } from '../define-pattern.ts';
import { isAutoscaler } from '../expected.ts';
import type { ObservedObject } from '../observed.ts';
import { accuseCrowd, accuseOften, isOver, movesOnlyState, type PaceLimits } from '../often-written.ts';
import { nameOf, rounded } from '../sentences.ts';

/** Where autoscaling/v1, in which older API servers store an HPA, keeps what later versions have in status. */
const statusOfV1 = /^\/metadata\/annotations\/autoscaling\.alpha\.kubernetes\.io~1(current-metrics|conditions)$/;

export const hpaStatus = definePattern({
  id: 'hpa-status',
  title: 'The status of horizontal autoscalers is written more often than they synchronise.',
  explanation:
    'An autoscaler looks every 15 seconds and stores the metrics it saw and how it decided. A metric that flaps, conditions that alternate with it, or a synchronisation period that was cut down write far more, and every write wakes the controller again.',
  notThis: [
    'a status every five seconds or more slowly, with metrics that move: it shows what was measured',
    'a target that really scales: the writes go to the target and its pods',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 15, doc: 'writes a minute of one autoscaler; up to 12 are legitimate' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    many: { default: 3, doc: 'such autoscalers from which they are named together' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (scaler, thresholds) => {
        if (!isFlapping(scaler, thresholds)) return;
        return accuseOften(scaler, `its status is written ${rounded(scaler.rate?.perMinute ?? 0)} times a minute`);
      },
    },
    prefix: {
      needs: ['history', 'time'],
      evaluate: ({ samples }, thresholds) => {
        const flapping = samples.filter((scaler) => isFlapping(scaler, thresholds));
        if (flapping.length < thresholds.many) return;
        return accuseCrowd(
          flapping,
          samples.length,
          `the status of ${flapping.length} of the ${samples.length} autoscalers read in full is written more than ${thresholds.perMinute} times a minute`,
        );
      },
    },
  },
  remedy: ({ subject, kind }) => ({
    summary: 'calm the metric, or look at it less often',
    steps: [
      `see which metric or condition flaps: kubectl ${subject.namespace === undefined ? '' : `-n ${subject.namespace} `}describe hpa${subject.type === 'object' ? ` ${subject.name}` : ' -A'}`,
      `set spec.behavior.scaleDown.stabilizationWindowSeconds (default 300) and scaleUp.stabilizationWindowSeconds (default 0)${subject.type === 'object' ? ` of ${nameOf(kind, subject)}` : ''}, or feed it an average over a longer time`,
      'where kube-controller-manager was given a shorter --horizontal-pod-autoscaler-sync-period, go back to the default of 15s',
    ],
    docs: ['https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/'],
  }),
  example: {
    subject: {
      type: 'object',
      group: 'autoscaling',
      resource: 'horizontalpodautoscalers',
      namespace: 'shop',
      name: 'web',
    },
    kind: 'HorizontalPodAutoscaler',
    fields: ['/status/conditions/type=AbleToScale/reason'],
    writers: [{ name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: ['https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/'],
});

function isFlapping(scaler: ObservedObject, limits: PaceLimits): boolean {
  return isAutoscaler(scaler.resource) && isOver(scaler.rate, limits) && movesOnlyState(scaler, statusOfV1);
}
