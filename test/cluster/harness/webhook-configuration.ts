/** What the chart registers, with a URL in place of its Service. */
export function webhookConfiguration({
  url,
  ca,
  timeoutSeconds = 1,
}: {
  readonly url: string;
  readonly ca: string;
  readonly timeoutSeconds?: number;
}) {
  const away = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'kube-node-lease'] };
  const labelled = (operator: 'In' | 'NotIn', ...values: readonly string[]) => [
    { key: 'kubechurn.dev/throttle', operator, values },
  ];
  const hook = (name: string, path: string, scope: 'Namespaced' | 'Cluster', selected: readonly object[]) => ({
    name: `${name}.kubechurn.dev`,
    clientConfig: { url: `${url}${path}`, caBundle: Buffer.from(ca).toString('base64') },
    rules: [
      {
        apiGroups: ['*'],
        apiVersions: ['*'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
        resources: ['*/*'],
        scope,
      },
    ],
    admissionReviewVersions: ['v1'],
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds,
    namespaceSelector: { matchExpressions: [away, ...selected] },
    matchConditions,
  });
  return {
    metadata: { name: 'kubechurn' },
    // One call a request: a selector of namespaces lets every cluster-scoped object through, so those have one of their own.
    webhooks: [
      hook('namespaced', '/admit', 'Namespaced', labelled('NotIn', 'on', 'off')),
      hook('throttled', '/admit/throttle', 'Namespaced', labelled('In', 'on')),
      hook('unthrottled', '/admit/unthrottled', 'Namespaced', labelled('In', 'off')),
      hook('cluster', '/admit', 'Cluster', []),
    ],
  };
}

/** An absent field is an error in CEL, and an error under Ignore leaves the webhook out altogether. */
const matchConditions = [
  {
    name: 'no-questions',
    expression: '!(request.resource.group in ["authentication.k8s.io", "authorization.k8s.io"])',
  },
  {
    name: 'no-tokens-evictions-bindings',
    expression: '!has(request.subResource) || !(request.subResource in ["token", "eviction", "binding"])',
  },
  {
    name: 'no-secrets-leases-nodes-bindings-csrs',
    expression:
      '!([request.resource.group, request.resource.resource] in [["", "secrets"], ["", "nodes"], ["", "bindings"], ["coordination.k8s.io", "leases"], ["certificates.k8s.io", "certificatesigningrequests"]])',
  },
];
