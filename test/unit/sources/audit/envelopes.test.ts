import { describe, expect, it } from '@jest/globals';
import { eventsIn } from '../../../../src/sources/audit/envelopes.ts';
import { auditLine } from './audit-lines.ts';

const line = auditLine();
const request = { verb: 'update', key: { resource: 'configmaps', name: 'queue' } };

describe('the envelopes of managed clusters', () => {
  it.each([
    [
      'EKS: a subscription filter',
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        logGroup: '/aws/eks/x/cluster',
        logEvents: [{ id: '1', timestamp: 1, message: line }],
      }),
    ],
    [
      'EKS: aws logs filter-log-events',
      JSON.stringify({
        events: [{ logStreamName: 'kube-apiserver-audit-1', timestamp: 1, message: line }],
        searchedLogStreams: [],
      }),
    ],
    ['EKS: aws logs tail', `2026-03-01T10:00:00.500000+00:00 kube-apiserver-audit-1 ${line}`],
    ['EKS: an export to S3', `2026-03-01T10:00:00.500Z ${line}`],
    ['EKS: Logs Insights', JSON.stringify({ '@timestamp': '2026-03-01', '@message': JSON.parse(line) })],
    [
      'AKS: diagnostics in a storage account',
      JSON.stringify({
        time: 'x',
        category: 'kube-audit',
        properties: { log: `${line}\n`, stream: 'stdout', pod: 'kube-apiserver-1' },
      }),
    ],
    [
      'AKS: diagnostics through Event Hubs',
      JSON.stringify({ records: [{ category: 'kube-audit-admin', properties: { log: line } }] }),
    ],
    ['AKS: Log Analytics', JSON.stringify({ TimeGenerated: 'x', log_s: line })],
    [
      'the audit webhook',
      JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [JSON.parse(line)] }),
    ],
    ['a container log', JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: 'x' })],
    ['CRI', `2026-03-01T10:00:00.5Z stdout F ${line}`],
    ['white space', JSON.stringify(JSON.parse(line), null, 2)],
  ])('are opened: %s', (_, text) => {
    expect(eventsIn(text)).toMatchObject([request]);
  });

  it('are opened: GKE, which tells it in its own words', () => {
    const entry = {
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        authenticationInfo: { principalEmail: 'system:serviceaccount:shop:worker' },
        authorizationInfo: [{ granted: true, permission: 'io.k8s.apps.v1.deployments.scale.patch', resource: 'x' }],
        methodName: 'io.k8s.apps.v1.deployments.scale.patch',
        requestMetadata: { callerIp: '10.0.0.7', callerSuppliedUserAgent: 'worker/v1.2' },
        resourceName: 'apps/v1/namespaces/shop/deployments/web/scale',
        serviceName: 'k8s.io',
        status: { code: 0 },
      },
      insertId: '1',
      resource: { type: 'k8s_cluster', labels: { cluster_name: 'x' } },
      timestamp: '2026-03-01T10:00:00.250000Z',
      logName: 'projects/x/logs/cloudaudit.googleapis.com%2Factivity',
    };
    expect(eventsIn(JSON.stringify(entry))).toEqual([
      {
        at: Date.parse('2026-03-01T10:00:00.250Z'),
        answeredAt: Date.parse('2026-03-01T10:00:00.250Z'),
        verb: 'patch',
        key: { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
        subresource: 'scale',
        user: 'system:serviceaccount:shop:worker',
        userAgent: 'worker/v1.2',
        outcome: 'succeeded',
        code: 200,
      },
    ]);
    const refused = {
      ...entry,
      protoPayload: {
        ...entry.protoPayload,
        methodName: 'io.k8s.core.v1.namespaces.delete',
        resourceName: 'core/v1/namespaces/shop',
        status: { code: 7, message: 'PERMISSION_DENIED' },
      },
    };
    expect(eventsIn(JSON.stringify(refused))).toMatchObject([
      { verb: 'delete', key: { group: '', resource: 'namespaces', name: 'shop' }, outcome: 'rejected', code: 403 },
    ]);
  });

  it('are not taken for events where none is in them', () => {
    for (const text of [
      '{"message":"hello {"}',
      '{"log":"{\\"a\\":1}"}',
      '{"records":[{"properties":{"log":"text"}}]}',
      'x {',
    ])
      expect(eventsIn(text)).toEqual([]);
  });

  it('do not unfold without end', () => {
    let text = line;
    for (let i = 0; i < 9; i++) text = JSON.stringify({ message: text });
    expect(eventsIn(text)).toEqual([]);
  });
});
