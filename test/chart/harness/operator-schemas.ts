import { schemaFile, type KindSchema } from './json-schemas.ts';

// Kinds of operators whose definitions are not at hand. These are ours, and minimal: the fields that the chart uses, of
// their types, and those that each operator's documentation calls required. A field that the operator has and the chart
// does not use is refused; a value that only the operator itself would refuse is not noticed.

type Shape = Readonly<Record<string, unknown>>;

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text, minItems: 1 };
const labels = { type: 'object', additionalProperties: { type: 'string' } };
const duration = { type: 'string', pattern: '^([0-9]+(h|ms|m|s))+$' };

function object(required: Shape, optional: Shape = {}): Shape {
  const properties = { ...required, ...optional };
  const names = Object.keys(required);
  return {
    type: 'object',
    ...(names.length > 0 && { required: names }), // draft 4 allows no empty list
    properties,
    additionalProperties: false,
  };
}

const listOf = (items: Shape): Shape => ({ type: 'array', items, minItems: 1 });

const tlsConfig = object(
  {},
  {
    serverName: text,
    insecureSkipVerify: { type: 'boolean' },
    ca: object({ secret: object({ name: text, key: text }) }),
  },
);
const endpoint = object(
  { port: text },
  { interval: duration, path: text, scheme: { enum: ['http', 'https'] }, tlsConfig, honorLabels: { type: 'boolean' } },
);
const scraped = { selector: object({ matchLabels: labels }) };
const inNamespaces = { namespaceSelector: object({ matchNames: texts }), jobLabel: text };

const specs: readonly { readonly api: readonly [group: string, version: string]; readonly kind: string; readonly spec: Shape }[] = [
  {
    api: ['monitoring.coreos.com', 'v1'],
    kind: 'ServiceMonitor',
    spec: object({ ...scraped, endpoints: listOf(endpoint) }, inNamespaces),
  },
  {
    api: ['monitoring.coreos.com', 'v1'],
    kind: 'PodMonitor',
    spec: object({ ...scraped, podMetricsEndpoints: listOf(endpoint) }, inNamespaces),
  },
  {
    api: ['monitoring.coreos.com', 'v1'],
    kind: 'PrometheusRule',
    spec: object({
      groups: listOf(
        object(
          {
            name: text,
            rules: listOf({
              ...object({ expr: text }, { alert: text, record: text, for: duration, labels, annotations: labels }),
              oneOf: [{ required: ['alert'] }, { required: ['record'] }],
            }),
          },
          { interval: duration },
        ),
      ),
    }),
  },
  {
    api: ['cert-manager.io', 'v1'],
    kind: 'Issuer',
    spec: object({}, { selfSigned: object({}), ca: object({ secretName: text }) }),
  },
  {
    api: ['cert-manager.io', 'v1'],
    kind: 'Certificate',
    spec: object(
      { secretName: text, issuerRef: object({ name: text }, { kind: { enum: ['Issuer', 'ClusterIssuer'] }, group: text }) },
      {
        ...{ commonName: text, dnsNames: texts, duration, renewBefore: duration, isCA: { type: 'boolean' }, usages: texts },
        privateKey: object({}, { algorithm: { enum: ['RSA', 'ECDSA', 'Ed25519'] }, size: { type: 'integer' }, rotationPolicy: text }),
        revisionHistoryLimit: { type: 'integer', minimum: 1 },
      },
    ),
  },
];

export const operatorSchemas: readonly KindSchema[] = specs.map(({ api: [group, version], kind, spec }) => ({
  file: schemaFile(group, version, kind),
  schema: object(
    { apiVersion: { const: `${group}/${version}` }, kind: { const: kind }, spec },
    { metadata: { type: 'object', required: ['name'] } },
  ),
}));
