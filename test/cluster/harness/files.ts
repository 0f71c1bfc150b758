import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type AuditLevel = 'Metadata' | 'Request' | 'RequestResponse';

/** The files that a control plane is configured by, in one directory. */
export type ControlPlaneFiles = {
  serviceAccountKey: string;
  tokens: string;
  certificates: string;
  /** Written by the API server when it starts: its certificate and the one that signed it. */
  ca: string;
  kubeconfig: string;
  auditPolicy: string;
  auditLog: string;
  tokenOf: ReadonlyMap<string, string>;
};

/** @param users groups of each user, by name */
export function writeFiles(
  directory: string,
  url: string,
  users: Readonly<Record<string, readonly string[]>>,
  audit: AuditLevel,
): ControlPlaneFiles {
  const at = (name: string) => join(directory, name);
  const tokenOf = new Map(Object.keys(users).map((user) => [user, randomBytes(16).toString('hex')] as const));
  const certificates = at('certificates');
  const files: ControlPlaneFiles = {
    serviceAccountKey: at('service-accounts.key'),
    tokens: at('tokens.csv'),
    certificates,
    ca: join(certificates, 'apiserver.crt'),
    kubeconfig: at('kubeconfig'),
    auditPolicy: at('audit-policy.json'),
    auditLog: at('audit.log'),
    tokenOf,
  };
  writeFileSync(files.serviceAccountKey, newKey(), { mode: 0o600 });
  writeFileSync(
    files.tokens,
    Object.entries(users)
      .map(([user, groups]) => `${tokenOf.get(user)},${user},${user},"${groups.join(',')}"\n`)
      .join(''),
  );
  writeFileSync(files.kubeconfig, kubeconfig(url, files.ca, tokenOf.get('admin') ?? ''));
  writeFileSync(files.auditPolicy, auditPolicy(audit));
  return files;
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

function kubeconfig(server: string, ca: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': ca } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}

function auditPolicy(level: AuditLevel): string {
  return JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level }],
  });
}
