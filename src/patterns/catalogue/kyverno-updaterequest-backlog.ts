import { asObject, asText } from '../../objects/json-text.ts';
import { definePattern } from '../define-pattern.ts';
import { isUpdateRequest } from '../kyverno.ts';
import type { ObservedObject } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { listed } from '../../words/listed.ts';

const stateField = '/status/state';

export const kyvernoUpdateRequestBacklog = definePattern({
  id: 'kyverno-updaterequest-backlog',
  title: "Kyverno's UpdateRequests pile up, or go back and forth between Pending and Failed.",
  explanation:
    'Each admission that a generate or mutate-existing rule matches leaves an UpdateRequest to the background controller, which deletes it when the work is done. When that controller is out of memory, too slow, or the rule can never succeed, requests are created faster than they go, and every retry rewrites their status.',
  notThis: [
    'requests that come and go, however many: few are alive at once',
    'a request that is retried once or twice before it succeeds',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    liveRequests: { default: 1000, doc: 'UpdateRequests alive at once' },
    returns: { default: 3, doc: 'times one request went back to a state it had left' },
  },
  rules: {
    prefix: {
      needs: [],
      evaluate: ({ count, samples }, { liveRequests, returns }) => {
        if (!isUpdateRequest(count)) return;
        const retried = samples.filter((sample) => stateReturns(sample) >= returns);
        const piledUp = count.liveKeys > liveRequests;
        if (!piledUp && retried.length < 2) return;
        const policies = [...new Set(samples.flatMap((sample) => policyOf(sample) ?? []))].sort().slice(0, 3);
        return {
          confidence: 'high',
          ...(piledUp && { kept: true }),
          fields: retried.length > 0 ? [stateField] : [],
          writers: samplesWriters(samples, count),
          evidence: {
            liveRequests: count.liveKeys,
            created: count.creates,
            deleted: count.deletes,
            retriedOfRead: retried.length,
            read: samples.length,
            ...(policies.length > 0 && { policies: policies.join(', ') }),
          },
          cause: `${piledUp ? `${count.liveKeys} UpdateRequests wait` : `UpdateRequests go back and forth between their states`}${
            policies.length > 0 ? `, those read for ${listed(policies)}` : ''
          }: the background controller does not keep up or the rule fails`,
        };
      },
    },
    object: {
      needs: ['history'],
      evaluate: (object, { returns }) => {
        if (!isUpdateRequest(object.resource) || stateReturns(object) < returns) return;
        const policy = policyOf(object);
        return {
          confidence: 'high',
          ref: object.ref,
          fields: [stateField],
          writers: object.changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: { returns: stateReturns(object), ...(policy !== undefined && { policies: policy }) },
          cause: `the background controller retries it without end${policy === undefined ? '' : ` for policy ${policy}`}`,
        };
      },
    },
  },
  remedy: ({ evidence }) => {
    const policies = evidence['policies'];
    return {
      summary: 'get the background controller to work again and fix the rule that fails, then delete the backlog',
      steps: [
        'see why it fails: kubectl -n kyverno logs deploy/kyverno-background-controller (OOMKilled, forbidden, not found), and kubectl -n kyverno get updaterequests',
        `fix or suspend ${typeof policies === 'string' ? `the generate or mutate-existing rules of ${policies}` : 'the generate or mutate-existing rule behind them'}; grant the background controller what the rule needs`,
        'give the background controller memory (Helm: backgroundController.resources) and throughput (--genWorkers, --clientRateLimitQPS, --clientRateLimitBurst through backgroundController.extraArgs)',
        'then delete what is left: kubectl -n kyverno delete updaterequests --all',
      ],
      docs: ['https://github.com/kyverno/kyverno/issues/10049', 'https://github.com/kyverno/kyverno/issues/7882'],
    };
  },
  example: {
    subject: {
      type: 'prefix',
      group: 'kyverno.io',
      resource: 'updaterequests',
      name: '/registry/kyverno.io/updaterequests',
    },
    kind: 'updaterequests',
    fields: [],
    writers: [{ name: 'kyverno', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { policies: 'add-networkpolicy' },
  },
  references: [
    'https://github.com/kyverno/kyverno/issues/10049',
    'https://github.com/kyverno/kyverno/issues/7882',
    'https://github.com/kyverno/kyverno/issues/9141',
    'https://github.com/kyverno/kyverno/blob/main/cmd/background-controller/main.go',
  ],
});

function stateReturns({ changes }: ObservedObject): number {
  return changes.paths.find(({ path }) => path === stateField)?.returns ?? 0;
}

function policyOf({ changes }: ObservedObject): string | undefined {
  return asText(asObject(changes.last?.body['spec'])['policy']);
}
