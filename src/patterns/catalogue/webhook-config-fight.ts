import { definePattern } from '../define-pattern.ts';
import { accuseFighters, fightThresholds } from '../fight.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded, writerNames } from '../sentences.ts';

const configurations = new Set(['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']);

export const webhookConfigFight = definePattern({
  id: 'webhook-config-fight',
  title: 'Two writers keep rewriting an admission webhook configuration.',
  explanation:
    'A policy engine or operator registers its webhooks and checks them against what it wants; a platform component adds selectors of its own. Each write undoes the other, many times a second, and every API server reloads its webhooks each time. No admission webhook is ever shown these objects, so only etcd or a watch tells.',
  notThis: [
    'a CA bundle that is filled in after an upgrade, or renewed',
    'webhooks that follow the policies as these are added: one writer, each value new',
  ],
  refines: ['field-fight'],
  loop: true,
  symptom: false,
  thresholds: {
    ...fightThresholds,
    windowMinutes: { default: 1, doc: 'minutes in which those flips must fall' },
    generations: { default: 5, doc: 'by how much its generation climbs a minute' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (object, thresholds) => {
        const { resource, rate, changes } = object;
        if (resource.group !== 'admissionregistration.k8s.io' || !configurations.has(resource.resource)) return;
        const generations = (rate?.perMinute ?? 0) * (changes.generationDelta / Math.max(1, changes.count));
        if (generations < thresholds.generations) return;
        const accusation = accuseFighters(object, thresholds);
        if (!accusation) return;
        return { ...accusation, evidence: { ...accusation.evidence, generationsPerMinute: rounded(generations) } };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: `let one of the writers leave ${nameOf(kind, subject)} alone`,
    steps: [
      `on AKS, where the admissions enforcer adds namespace selectors: annotate it with admissions.enforcer/disabled: "true" (Kyverno's Helm chart: config.webhookAnnotations)`,
      `elsewhere decide which of ${writers.length > 1 ? writerNames(writers) : `${writerNames(writers)} and the writer that only removes`} owns ${listed(fields.slice(0, 3))}, and take it out of what the other one applies`,
      'where GitOps applies it: let it ignore what the operator fills in (Argo CD: spec.ignoreDifferences on /webhooks/0/namespaceSelector and clientConfig/caBundle)',
    ],
    docs: [
      'https://learn.microsoft.com/en-us/azure/aks/faq#can-admission-controller-webhooks-impact-kube-system-and-internal-aks-namespaces',
      'https://kyverno.io/docs/installation/platform-notes/',
    ],
  }),
  example: {
    subject: {
      type: 'object',
      group: 'admissionregistration.k8s.io',
      resource: 'validatingwebhookconfigurations',
      name: 'kyverno-resource-validating-webhook-cfg',
    },
    kind: 'ValidatingWebhookConfiguration',
    fields: ['/webhooks/name=validate.kyverno.svc-fail/namespaceSelector/matchExpressions'],
    writers: [
      { name: 'admissionsenforcer', kind: 'fieldManager', confidence: 'medium', writes: 120 },
      { name: 'kyverno', kind: 'fieldManager', confidence: 'medium', writes: 120 },
    ],
    evidence: {},
  },
  references: [
    'https://github.com/kyverno/kyverno/issues/6539',
    'https://github.com/kyverno/kyverno/issues/9947',
    'https://github.com/Azure/AKS/issues/1771',
    'https://github.com/Azure/AKS/issues/4002',
  ],
});
