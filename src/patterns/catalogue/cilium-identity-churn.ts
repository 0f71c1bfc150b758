import { asObject, asText } from '../../objects/json-text.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { listed } from '../../words/listed.ts';
import { rounded } from '../sentences.ts';

export const ciliumIdentityChurn = definePattern({
  id: 'cilium-identity-churn',
  title: 'Cilium makes identities without end, because some label of the pods is new each time.',
  explanation:
    'Pods with the same labels share one CiliumIdentity. A label that differs from pod to pod, such as a run id, a hash or a timestamp, gives each its own: one object more to create, to tell to every node and to collect later, beside the CiliumEndpoint that each pod has anyway. There are some 65,000 identities at most.',
  notThis: [
    'endpoints that come and go with their pods: those are judged by the owner of the pods',
    'identities of new workloads, now and then',
    'a burst while Cilium is installed',
  ],
  loop: false,
  symptom: false,
  thresholds: {
    createsPerMinute: { default: 30, doc: 'identities created a minute' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    different: { default: 0.8, doc: 'share of the identities read in which a label must differ to be named' },
  },
  rules: {
    prefix: {
      needs: ['time'],
      evaluate: ({ count, rateOf, samples }, { createsPerMinute, sustainedMinutes, different }) => {
        if (count.group !== 'cilium.io' || count.resource !== 'ciliumidentities') return;
        const creates = rateOf(count.creates);
        if (!creates || creates.perMinute < createsPerMinute || creates.sustainedMinutes < sustainedMinutes) return;
        const labels = labelsApart(samples, different);
        return {
          confidence: 'high',
          fields: labels.map((label) => `/security-labels/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`),
          writers: samplesWriters(samples, count),
          evidence: {
            createsPerMinute: rounded(creates.perMinute),
            minutes: rounded(creates.sustainedMinutes),
            created: count.creates,
            liveIdentities: count.liveKeys,
            ...(labels.length > 0 && { labels: labels.join(', ') }),
          },
          cause: `${count.creates} identities were created in ${rounded(creates.sustainedMinutes)} minutes${
            labels.length === 0 ? '' : `: ${listed(labels.slice(0, 3))} differs in each`
          }`,
        };
      },
    },
  },
  remedy: ({ evidence }) => {
    const labels = String(evidence['labels'] ?? '')
      .split(', ')
      .filter((label) => label !== '');
    const leaveOut = (labels.length === 0 ? ['k8s:run-id'] : labels).map((label) => label.replace(/^k8s:/, 'k8s:!'));
    return {
      summary: 'leave labels that are new for each pod out of the identity',
      steps: [
        `exclude them in the Cilium configuration (Helm value labels, beside the defaults, which stay): labels: "${leaveOut.join(' ')}"; then restart the agents`,
        'or stop setting them as labels: an annotation takes no part in the identity',
        'have endpoints told to the nodes in groups (Helm: ciliumEndpointSlice.enabled=true)',
        'for Jobs that run too often see pod-churn: fewer pods, fewer identities and endpoints',
      ],
      docs: ['https://docs.cilium.io/en/latest/operations/performance/scalability/identity-relevant-labels/'],
    };
  },
  example: {
    subject: {
      type: 'prefix',
      group: 'cilium.io',
      resource: 'ciliumidentities',
      name: '/registry/cilium.io/ciliumidentities',
    },
    kind: 'ciliumidentities',
    fields: ['/security-labels/k8s:run-id'],
    writers: [{ name: 'cilium-agent', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: { labels: 'k8s:run-id' },
  },
  references: [
    'https://github.com/cilium/cilium/issues/15153',
    'https://github.com/cilium/cilium/issues/35946',
    'https://docs.cilium.io/en/latest/operations/performance/scalability/identity-relevant-labels/',
    'https://docs.cilium.io/en/latest/network/kubernetes/ciliumendpointslice/',
  ],
});

/** Fewer than this tell nothing about what is new in each. */
const enough = 4;

/** Labels whose value differs from identity to identity: names only. */
function labelsApart(samples: readonly ObservedObject[], different: number): string[] {
  const sets = samples
    .map(({ changes }) => asObject(changes.last?.body['security-labels']))
    .filter((set) => Object.keys(set).length > 0);
  if (sets.length < enough) return [];
  const values = new Map<string, Set<string>>();
  for (const labels of sets) {
    for (const [name, value] of Object.entries(labels)) {
      const met = values.get(name) ?? new Set();
      values.set(name, met.add(asText(value) ?? ''));
    }
  }
  return [...values]
    .filter(([, met]) => met.size >= sets.length * different)
    .map(([name]) => name)
    .sort();
}
