import { asObject, asText } from '../../objects/json-text.ts';
import type { ObjectRef } from '../../model/resource.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject, World } from '../observed.ts';
import { samplesWriters } from '../sample-writers.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';

export const certManagerReissueLoop = definePattern({
  id: 'cert-manager-reissue-loop',
  title: 'cert-manager issues the same certificate again and again.',
  explanation:
    'cert-manager requests a certificate anew whenever the Secret does not hold what the Certificate asks for. When two Certificates name the same Secret, or another controller writes it, that is so after every issuance. Each round leaves a CertificateRequest with the whole chain, an Order and Challenges with ACME, Events, and a new version of the Secret; a shared Secret has made thousands an hour.',
  notThis: ['a renewal', 'many Certificates that are each issued once', 'an issuance that is retried a few times'],
  loop: true,
  symptom: false,
  thresholds: {
    requests: { default: 5, doc: 'CertificateRequests of one Certificate within ten minutes' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
  },
  rules: {
    owner: {
      needs: ['time'],
      evaluate: ({ owner, byPrefix, rateOf, members }, { requests, sustainedMinutes }, world) => {
        if (owner.group !== 'cert-manager.io' || owner.kind !== 'Certificate') return;
        const made = byPrefix.find(({ prefix }) => prefix.endsWith('/cert-manager.io/certificaterequests'));
        const rate = made && rateOf(made.creates);
        if (!rate || made.creates < requests) return;
        if (rate.perMinute * 10 < requests || rate.sustainedMinutes < sustainedMinutes) return;
        const secret = secretOf(owner, world);
        const sharers = secret === undefined ? [] : sharersOf(owner, secret, world);
        return {
          confidence: 'high',
          ref: owner,
          fields: secret === undefined ? [] : ['/spec/secretName'],
          writers: samplesWriters(
            members.filter(({ count }) => count.prefix === made.prefix),
            made,
          ),
          evidence: {
            requests: made.creates,
            requestsPerTenMinutes: rounded(rate.perMinute * 10),
            minutes: rounded(rate.sustainedMinutes),
            ...(secret !== undefined && { secretName: secret }),
            ...(sharers.length > 0 && { sharedWith: sharers.join(', ') }),
          },
          cause:
            sharers.length > 0
              ? `it shares the Secret ${secret ?? ''} with ${listed(sharers)}, and each issuance spoils that of the other`
              : `${made.creates} CertificateRequests were made for it in ${rounded(rate.sustainedMinutes)} minutes`,
          own: [made.prefix],
        };
      },
    },
  },
  remedy: ({ subject, kind, evidence }) => {
    const others = evidence['sharedWith'];
    return {
      summary:
        typeof others === 'string'
          ? `give ${nameOf(kind, subject)} and ${others} a secretName each`
          : `find what spoils the Secret of ${nameOf(kind, subject)}`,
      steps: [
        typeof others === 'string'
          ? `set another spec.secretName on one of ${subject.name}, ${others}`
          : 'look for a second Certificate or Ingress with the same secretName (kubectl get certificates -A -o wide), and for another writer of the Secret (External Secrets, a CSI driver, GitOps)',
        `until then stop it: kubectl -n cert-manager scale deploy/cert-manager --replicas=0`,
        'delete the requests left behind, and keep few: spec.revisionHistoryLimit: 1 (the default since cert-manager 1.18)',
      ],
      docs: ['https://cert-manager.io/docs/faq/', 'https://cert-manager.io/docs/usage/certificate/'],
    };
  },
  example: {
    subject: { type: 'owner', group: 'cert-manager.io', resource: 'certificates', namespace: 'shop', name: 'web' },
    kind: 'Certificate',
    fields: ['/spec/secretName'],
    writers: [
      {
        name: 'cert-manager-certificates-request-manager',
        kind: 'fieldManager',
        confidence: 'low',
        writes: 120,
      },
    ],
    evidence: { secretName: 'web-tls', sharedWith: 'web-internal' },
  },
  references: [
    'https://github.com/cert-manager/cert-manager/issues/4846',
    'https://github.com/cert-manager/cert-manager/issues/5074',
    'https://github.com/cert-manager/cert-manager/issues/6992',
    'https://github.com/cert-manager/website/pull/2128',
  ],
});

function secretOf(owner: ObjectRef, world: World): string | undefined {
  const certificate = certificatesBeside(owner, world).find(({ ref }) => ref.name === owner.name);
  return certificate && secretNameOf(certificate);
}

function sharersOf(owner: ObjectRef, secret: string, world: World): string[] {
  return certificatesBeside(owner, world)
    .filter((certificate) => certificate.ref.name !== owner.name && secretNameOf(certificate) === secret)
    .map(({ ref }) => ref.name)
    .sort();
}

function certificatesBeside({ namespace }: ObjectRef, { objects }: World): readonly ObservedObject[] {
  return objects.filter(
    ({ resource }) =>
      resource.group === 'cert-manager.io' && resource.resource === 'certificates' && resource.namespace === namespace,
  );
}

function secretNameOf({ changes }: ObservedObject): string | undefined {
  return asText(asObject(changes.last?.body['spec'])['secretName']);
}
