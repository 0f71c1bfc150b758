import type { FindingWriter } from '../../model/finding.ts';
import { asObject, asText } from '../../objects/json-text.ts';
import { definePattern } from '../define-pattern.ts';
import { accuseFighters, fightThresholds } from '../fight.ts';
import type { ObservedObject, World } from '../observed.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, writerNames } from '../sentences.ts';

const replicas = '/spec/replicas';

export const replicasFight = definePattern({
  id: 'replicas-fight',
  title: 'An autoscaler and another writer keep changing the number of replicas.',
  explanation:
    'The manifest in git states a number of replicas, and an autoscaler states another. Each synchronisation scales back, each look at the metrics scales up again, and pods, ReplicaSets, endpoints and Events follow every time.',
  notThis: [
    'an autoscaler that goes 3-5-3 alone, slowly or not',
    'a scale-up by hand now and then',
    'a rollout: the deployment controller scales ReplicaSets, not the Deployment',
  ],
  refines: ['field-fight'],
  loop: true,
  symptom: false,
  thresholds: {
    ...fightThresholds,
    windowMinutes: { default: 30, doc: 'minutes in which those flips must fall: GitOps comes round every few minutes' },
  },
  rules: {
    object: {
      needs: ['history'],
      evaluate: (object, thresholds, world) => {
        // A ReplicaSet is scaled by its Deployment, which alone can be meant.
        if (object.ref.kind === 'ReplicaSet') return;
        const accusation = accuseFighters(object, thresholds);
        if (!accusation?.fields?.includes(replicas) || (accusation.writers?.length ?? 0) < 2) return;
        const target = autoscalerOf(object, world);
        if (target === undefined && !accusation.writers?.some(isAutoscaler)) return;
        return {
          ...accusation,
          evidence: { ...accusation.evidence, ...(target !== undefined && { autoscaler: target }) },
          cause: `${target ?? 'an autoscaler'} scales it, and ${listed(
            (accusation.writers ?? []).filter((writer) => !isAutoscaler(writer)).map(({ name }) => name),
          )} keeps setting ${replicas} as well`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers, evidence }) => {
    const autoscaler = evidence['autoscaler'];
    const others = writers.filter((writer) => !isAutoscaler(writer));
    return {
      summary: `leave ${replicas} of ${nameOf(kind, subject)} to the autoscaler`,
      steps: [
        `remove spec.replicas from the manifest that ${writerNames(others.length > 0 ? others : writers)} applies; with kubectl apply first from the last-applied annotation, else the removal itself scales to 1`,
        'Argo CD: spec.ignoreDifferences with jsonPointers: [/spec/replicas] and the sync option RespectIgnoreDifferences=true; Flux HelmRelease: spec.driftDetection.ignore with paths: ["/spec/replicas"]',
        typeof autoscaler === 'string'
          ? `or delete ${autoscaler} where the fixed number is what you want`
          : 'or delete the autoscaler (kubectl get hpa,scaledobject -A) where the fixed number is what you want',
        ...(fields.length > 1
          ? [`give ${listed(fields.filter((field) => field !== replicas))} one owner as well`]
          : []),
      ],
      docs: [
        'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
        'https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/',
        'https://fluxcd.io/flux/components/helm/helmreleases/#drift-detection',
      ],
    };
  },
  example: {
    subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    kind: 'Deployment',
    fields: [replicas],
    writers: [
      { name: 'argocd-controller', kind: 'fieldManager', confidence: 'medium', writes: 12 },
      { name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'medium', writes: 12 },
    ],
    evidence: { autoscaler: 'HorizontalPodAutoscaler shop/web' },
  },
  references: [
    'https://github.com/fluxcd/flux/issues/924',
    'https://github.com/fluxcd/kustomize-controller/issues/496',
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
  ],
});

/** The controller manager writes replicas of a workload as its HPA controller only, through `scale`; KEDA steers an HPA, and scales to zero itself. */
function isAutoscaler({ name }: Pick<FindingWriter, 'name'>): boolean {
  return /^(system:)?kube-controller-manager$|:horizontal-pod-autoscaler$|(^|:)keda(-operator)?$/.test(name);
}

/** The HorizontalPodAutoscaler that states it scales the object, as far as one was read. */
function autoscalerOf({ ref }: ObservedObject, { objects }: World): string | undefined {
  const found = objects.find(({ resource, changes }) => {
    if (resource.resource !== 'horizontalpodautoscalers' || resource.namespace !== ref.namespace) return false;
    const target = asObject(asObject(changes.last?.body['spec'])['scaleTargetRef']);
    return asText(target['kind']) === ref.kind && asText(target['name']) === ref.name;
  });
  return found && nameOf('HorizontalPodAutoscaler', { type: 'object', ...found.resource });
}
