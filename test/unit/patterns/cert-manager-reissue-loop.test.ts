import { describe, expect, it } from '@jest/globals';
import { ownedBy } from './objects.ts';
import type { Named } from '../../incidents/registry.ts';
import { recording, type Recording } from './recording.ts';
import { judge } from './world.ts';

const manager = 'cert-manager-certificates-request-manager';
const certificate = (name: string, secretName: string, owner?: Named) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name, namespace: 'shop', generation: 1, ...(owner && ownedBy(owner)) },
  spec: { secretName, dnsNames: [`${name}.example.com`] },
});
const request = (owner: Named, i: number) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: { name: `${owner.metadata.name}-${i}`, namespace: 'shop', ...ownedBy(owner) },
  spec: { request: 'LS0t' },
});

/** Each Certificate is issued `rounds` times. */
function issued(secrets: readonly string[], rounds: number, seconds: number): Recording {
  const record = recording();
  const all = secrets.map((secret, i) => record.create(certificate(`web-${i}`, secret), 'helm'));
  for (let round = 1; round <= rounds; round++) {
    for (const each of all) {
      record.wait(seconds / all.length);
      const made = record.create(request(each, round), manager);
      record.patch(made, 'cert-manager-certificaterequests-issuer-ca', { status: { certificate: 'LS0t' } });
      record.patch(each, 'cert-manager-certificates-issuing', { status: { revision: round } });
    }
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('cert-manager-reissue-loop', () => {
  it('names both Certificates that share a Secret', () => {
    const found = findings(issued(['tls', 'tls'], 20, 20));
    expect(found).toMatchObject([
      {
        pattern: 'cert-manager-reissue-loop',
        subject: {
          type: 'owner',
          group: 'cert-manager.io',
          resource: 'certificates',
          namespace: 'shop',
          name: 'web-0',
        },
        fields: ['/spec/secretName'],
        evidence: { requests: 20, secretName: 'tls', sharedWith: 'web-1' },
        consequences: [{ resource: 'certificates', writes: 21 }],
      },
      { pattern: 'cert-manager-reissue-loop', subject: { name: 'web-1' }, evidence: { sharedWith: 'web-0' } },
    ]);
    expect(found[0]?.writers.map(({ name }) => name)).toContain(manager);
  });

  it('names a Certificate alone whose Secret something else spoils', () => {
    const found = findings(issued(['tls'], 20, 20));
    expect(found).toHaveLength(1);
    expect(found[0]?.evidence).not.toHaveProperty('sharedWith');
    expect(found[0]?.remedy.steps[0]).toContain('another writer of the Secret');
  });

  it('names the Certificate, not the Ingress that asked for it', () => {
    const record = recording();
    const ingress = record.create(
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop' }, spec: {} },
      'helm',
    );
    const made = record.create(certificate('web-tls', 'tls', ingress), 'cert-manager');
    for (let i = 0; i < 20; i++) {
      record.wait(20);
      record.create(request(made, i), manager);
    }
    expect(findings(record).map(({ subject }) => `${subject.resource} ${subject.name}`)).toEqual([
      'certificates web-tls',
    ]);
  });

  it.each<[string, Recording]>([
    [
      'a renewal of many Certificates at once',
      issued(
        Array.from({ length: 40 }, (_, i) => `tls-${i}`),
        1,
        300,
      ),
    ],
    ['an issuance retried a few times', issued(['tls'], 4, 60)],
    ['renewals every few hours', issued(['tls'], 10, 4 * 3600)],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });
});
