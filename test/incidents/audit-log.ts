import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/model/json.ts';
import { parseKey } from '../../src/objects/keys.ts';
import { rfc3339Micro } from './managed-fields.ts';
import type { Accepted } from './truth.ts';

/** The account behind each field manager of the incidents; others run as a ServiceAccount of their name. */
const accounts: Readonly<Record<string, string>> = {
  'dns-agent': 'system:serviceaccount:dns:dns-agent',
  'kube-controller-manager': 'system:kube-controller-manager',
  'kube-scheduler': 'system:kube-scheduler',
  kubelet: 'system:node:worker-1',
  kyverno: 'system:serviceaccount:kyverno:kyverno-admission-controller',
  'reports-controller': 'system:serviceaccount:kyverno:kyverno-reports-controller',
  vcluster: 'system:serviceaccount:vcluster-tenant-a:vc-tenant-a',
};

const accountOf = (manager: string): string => accounts[manager] ?? `system:serviceaccount:default:${manager}`;

/**
 * What kube-apiserver logs of these writes at level Metadata (audit.k8s.io/v1), one line each in order of time. A lease
 * that runs out is nobody's request.
 */
export function auditLog(accepted: readonly Accepted[]): string {
  const known = new Set<string>();
  const lines: string[] = [];
  for (const mutation of accepted.toSorted((a, b) => a.revision - b.revision)) {
    const verb = mutation.value === undefined ? 'delete' : known.has(mutation.key) ? 'update' : 'create';
    if (verb === 'delete') known.delete(mutation.key);
    else known.add(mutation.key);
    if (mutation.by) lines.push(JSON.stringify(auditEvent(mutation, mutation.by, verb)));
  }
  return `${lines.join('\n')}\n`;
}

function auditEvent(
  { at, key, revision }: Accepted,
  { manager, subresource }: NonNullable<Accepted['by']>,
  verb: 'create' | 'update' | 'delete',
): JsonObject {
  const { group = '', resource = '', namespace, name = '' } = parseKey(key).resource ?? {};
  const of = `${group === '' ? 'api' : `apis/${group}`}/v1/${namespace === undefined ? '' : `namespaces/${namespace}/`}${resource}`;
  const path = [of, ...(verb === 'create' ? [] : [name]), ...(subresource === undefined ? [] : [subresource])].join(
    '/',
  );
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: createHash('sha256').update(`${revision} ${key}`).digest('hex').slice(0, 32),
    stage: 'ResponseComplete',
    requestURI: `/${path}?fieldManager=${manager}`,
    verb,
    user: { username: accountOf(manager) },
    userAgent: `${manager}/v1.0 (linux/amd64)`,
    objectRef: {
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      apiGroup: group,
      apiVersion: 'v1',
      ...(subresource === undefined ? {} : { subresource }),
    },
    responseStatus: { metadata: {}, code: verb === 'create' ? 201 : 200 },
    requestReceivedTimestamp: rfc3339Micro(at),
    stageTimestamp: rfc3339Micro(at + 4),
  };
}
