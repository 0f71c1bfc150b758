import fc from 'fast-check';
import type { JsonObject } from '../../../../src/model/json.ts';

/** Text as names, users and user agents may have it: escapes and other alphabets now and then. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/) },
  fc.constantFrom(
    'system:serviceaccount:kube-system:job-controller',
    'kubectl/v1.36.0 (linux/amd64) kubernetes/$Format',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const moment = fc
  .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace(/Z$/, '123Z'));
const revision = fc.oneof(fc.integer({ min: 1, max: 1e9 }).map(String), fc.constantFrom('', '0', 'x'));
const body = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom('ConfigMap', 'Status'),
      metadata: fc.record(
        { name: text, uid: text, resourceVersion: revision, labels: fc.dictionary(text, text) },
        { requiredKeys: [] },
      ),
      spec: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom('skipped-too-big-size-object', null, []),
);

/** An event of an audit log, most members of which may be missing. */
export const auditEvent: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      level: fc.constantFrom('Metadata', 'Request', 'RequestResponse'),
      auditID: fc.uuid(),
      stage: fc.constantFrom('ResponseComplete', 'ResponseComplete', 'Panic', 'RequestReceived', 'ResponseStarted'),
      requestURI: fc
        .tuple(text, text)
        .map(([path, manager]) => `/api/v1/${path}?fieldManager=${manager}&dryRun=${manager}`),
      verb: fc.constantFrom('create', 'update', 'patch', 'delete', 'deletecollection', 'get', 'watch', 'list'),
      user: fc.record(
        { username: text, groups: fc.array(text, { maxLength: 3 }), extra: fc.dictionary(text, fc.array(text)) },
        { requiredKeys: [] },
      ),
      impersonatedUser: fc.record({ username: text }),
      sourceIPs: fc.array(fc.ipV4(), { maxLength: 2 }),
      userAgent: text,
      objectRef: fc.record(
        {
          ...{ resource: text, namespace: text, name: text, uid: text, apiVersion: text, resourceVersion: revision },
          apiGroup: fc.constantFrom('apps', 'events.k8s.io', 'extensions', 'authorization.k8s.io'),
          subresource: fc.constantFrom('status', 'scale', 'token', 'binding'),
        },
        { requiredKeys: ['resource'] },
      ),
      responseStatus: fc.record(
        {
          metadata: fc.constant({}),
          reason: fc.constantFrom('Conflict', 'AlreadyExists'),
          code: fc.constantFrom(200, 201, 403, 404, 409, 500),
        },
        { requiredKeys: ['code'] },
      ),
      requestObject: body,
      responseObject: body,
      requestReceivedTimestamp: moment,
      stageTimestamp: moment,
      annotations: fc.dictionary(text, text),
    },
    { requiredKeys: ['stage', 'verb', 'objectRef'] },
  )
  // Through text: fast-check's values have no place for undefined, and JSON none for -0.
  .map((event) => JSON.parse(JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event })) as JsonObject);

/** One finished update of a ConfigMap, as the API server writes it at level Metadata. */
export function auditLine(overrides: JsonObject = {}): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: '4f1c2a52-8f5b-4d0c-9a57-1f4f3f1e2b11',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/configmaps/queue?fieldManager=worker&timeout=10s',
    verb: 'update',
    user: { username: 'system:serviceaccount:shop:worker', groups: ['system:serviceaccounts'] },
    sourceIPs: ['10.0.0.7'],
    userAgent: 'worker/v1.2 (linux/amd64)',
    objectRef: {
      ...{ resource: 'configmaps', namespace: 'shop', name: 'queue', uid: 'c0ffee', apiVersion: 'v1' },
      resourceVersion: '41',
    },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: '2026-03-01T10:00:00.250000Z',
    stageTimestamp: '2026-03-01T10:00:00.500000Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...overrides,
  });
}
