import { analyzerCommand } from '../../src/commands/analyzer.ts';
import { webhookCommand } from '../../src/commands/webhook.ts';
import { podValues } from './pod-values.ts';
import { profiles, targetValues } from './target-values.ts';
import { schemaOf } from './schema.ts';
import {
  bytes,
  count,
  dnsLabel,
  duration,
  filled,
  flag,
  flagOf,
  labels,
  like,
  object,
  objects,
  oneOf,
  port,
  text,
  texts,
  type Value,
} from './value.ts';

const webhook = webhookCommand({ version: '' });
const analyzer = analyzerCommand({ version: '' });
const runbooks = 'https://kubechurn.dev/docs/runbooks';

/** Every setting of the chart, in the order in which values.yaml states them. */
export const values: readonly Value[] = [
  {
    path: 'fullnameOverride',
    schema: text,
    default: '',
    doc: 'in place of the name of the release, in the names of all objects',
  },
  { path: 'commonLabels', schema: labels, default: {}, doc: 'more labels of all objects' },
  { path: 'image.registry', schema: text, default: '', doc: 'host of a registry, the one value for a private mirror' },
  { path: 'image.repository', schema: filled, default: 'kubechurn/kubechurn', doc: 'in that registry' },
  { path: 'image.tag', schema: text, default: '', doc: 'default: the version of the chart' },
  {
    path: 'image.digest',
    schema: like('^sha256:[0-9a-f]{64}$', true),
    default: '',
    doc: 'pins the image, whatever its tag says',
  },
  {
    path: 'image.pullPolicy',
    schema: oneOf('Always', 'IfNotPresent', 'Never'),
    default: 'IfNotPresent',
    doc: 'as in a pod',
  },
  { path: 'imagePullSecrets', schema: objects, default: [], doc: 'as in a pod' },

  {
    path: 'webhook.enabled',
    schema: flag,
    default: true,
    doc: 'answer admission reviews; off, all but identities and warnings still works',
  },
  { path: 'webhook.replicas', schema: count, default: 2, doc: 'pods' },
  {
    path: 'webhook.failurePolicy',
    schema: oneOf('Ignore', 'Fail'),
    default: 'Ignore',
    doc: 'Fail would let writes depend on the webhook; nothing it does is worth that',
  },
  {
    path: 'webhook.timeoutSeconds',
    schema: { type: 'integer', minimum: 1, maximum: 3 },
    default: 1,
    doc: 'what a write waits at most when the webhook hangs',
  },
  { path: 'webhook.port', schema: port, ...flagOf(webhook, '--port') },
  {
    path: 'webhook.hostNetwork',
    schema: flag,
    default: false,
    doc: 'where API servers reach nodes but not pods (EKS or GKE with another network plugin); give a free port then',
  },
  {
    path: 'webhook.excludedNamespaces',
    schema: { type: 'array', items: dnsLabel },
    default: [],
    doc: 'beside kube-system, kube-node-lease and our own; the label `kubechurn.dev/ignore: "true"` leaves one out as well',
  },
  { path: 'webhook.warnServiceAccounts', schema: flag, ...flagOf(webhook, '--warn-service-accounts') },
  { path: 'webhook.throttle.enabled', schema: flag, default: false, doc: flagOf(webhook, '--throttle').doc },
  { path: 'webhook.throttle.atMost', schema: duration, ...flagOf(webhook, '--throttle-for') },
  { path: 'webhook.linger', schema: duration, ...flagOf(webhook, '--linger') },
  {
    path: 'webhook.tls.mode',
    schema: oneOf('auto', 'certManager', 'existingSecret'),
    default: 'auto',
    doc: 'who makes the certificate: auto, the webhook itself, of an authority that it keeps in a Secret and renews',
  },
  {
    path: 'webhook.tls.existingSecret',
    schema: text,
    default: '',
    doc: 'a Secret of type kubernetes.io/tls for the name of the Service',
  },
  {
    path: 'webhook.tls.caBundle',
    schema: text,
    default: '',
    doc: 'with existingSecret: PEM of the authority that signed it',
  },
  {
    path: 'webhook.tls.issuer.kind',
    schema: oneOf('Issuer', 'ClusterIssuer'),
    default: 'Issuer',
    doc: 'with certManager',
  },
  {
    path: 'webhook.tls.issuer.name',
    schema: text,
    default: '',
    doc: 'with certManager; empty: a self-signed authority of our own',
  },
  {
    path: 'webhook.podDisruptionBudget',
    schema: flag,
    default: true,
    doc: 'one pod at a time, where there are several',
  },
  ...podValues('webhook', {
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    affinityDoc: '; without it the pods spread over nodes',
  }),
  { path: 'webhook.extraArgs', schema: texts, default: [], doc: 'more flags of `kubechurn webhook`' },

  { path: 'analyzer.enabled', schema: flag, default: true, doc: 'watch the cluster and explain who writes too much' },
  {
    path: 'analyzer.replicas',
    schema: { type: 'integer', minimum: 1 },
    default: 1,
    doc: 'each sees everything; a Lease decides which one speaks',
  },
  {
    path: 'analyzer.quota',
    schema: { anyOf: [...bytes.anyOf, { const: '' }] },
    default: '',
    doc: flagOf(analyzer, '--quota').doc,
  },
  {
    path: 'analyzer.speak',
    schema: flag,
    default: true,
    doc: 'post Events, at most 25 at once and then one in 300 s for each object; off, nothing is written to the cluster',
  },
  {
    path: 'analyzer.startMaintenance',
    schema: text,
    default: '',
    doc: 'target whose CronJob is started as soon as the forecast crosses its budget, once an hour at most (`--start-maintenance`)',
  },
  { path: 'analyzer.secrets', schema: flag, ...flagOf(analyzer, '--secrets') },
  {
    path: 'analyzer.accept',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['reason', 'expires'],
        properties: {
          ...{ pattern: filled, group: text, resource: filled, namespace: filled, name: filled },
          ...{ reason: filled, expires: like('^[0-9]{4}-[0-9]{2}-[0-9]{2}$') },
        },
      },
    },
    default: [],
    doc: 'churn that is known and wanted, as in docs/accept-list.md (`--accept`)',
  },
  {
    path: 'analyzer.thresholds',
    schema: { type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: 'number' } } },
    default: {},
    doc: 'numbers to judge by instead of the defaults, by pattern and threshold (`--thresholds`)',
  },
  { path: 'analyzer.fullWatches', schema: count, ...flagOf(analyzer, '--full-watches') },
  { path: 'analyzer.maxKeys', schema: count, ...flagOf(analyzer, '--max-keys') },
  ...podValues('analyzer', { resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } } }),
  { path: 'analyzer.extraArgs', schema: texts, default: [], doc: 'more flags of `kubechurn analyzer`' },

  { path: 'rbac.create', schema: flag, default: true, doc: 'make the roles and bind them' },
  {
    path: 'rbac.configMaps',
    schema: flag,
    default: false,
    doc: 'let the analyzer watch ConfigMaps; a right to watch them is a right to read them',
  },
  {
    path: 'rbac.bindView',
    schema: flag,
    default: false,
    doc: "bind Kubernetes' own `view` to the analyzer as well: all that is aggregated to it, and with it the contents of ConfigMaps and the logs of pods",
  },
  { path: 'serviceAccount.annotations', schema: labels, default: {}, doc: 'of all our accounts' },

  {
    path: 'etcd.profile',
    schema: oneOf('none', ...profiles),
    default: 'none',
    doc: 'how etcd is reached to be maintained; none works on managed clusters, which hide it',
  },
  {
    path: 'maintenance.targets',
    schema: { type: 'array', items: schemaOf(targetValues, ['name']) },
    default: [],
    doc: 'etcds to maintain, one CronJob or Deployment each; see below',
  },
  {
    path: 'maintenance.namespace',
    schema: dnsLabel,
    default: 'kubechurn-maintenance',
    doc: 'of the pods that read keys of a node (kubeadm, k3s, rke2), labelled privileged for them',
  },
  { path: 'maintenance.createNamespace', schema: flag, default: true, doc: 'make that namespace' },

  {
    path: 'metrics.serviceMonitor.enabled',
    schema: flag,
    default: false,
    doc: 'scrape webhook and analyzer (Prometheus operator)',
  },
  { path: 'metrics.serviceMonitor.interval', schema: duration, default: '30s', doc: 'how often' },
  { path: 'metrics.serviceMonitor.labels', schema: labels, default: {}, doc: 'by which your Prometheus finds it' },
  {
    path: 'metrics.podMonitor.enabled',
    schema: flag,
    default: false,
    doc: 'let the pod of `maintain --watch` (kubeadm, k3s, rke2) serve metrics on its node, and scrape it (Prometheus operator)',
  },
  { path: 'metrics.podMonitor.port', schema: port, default: 9447, doc: 'of the node' },
  { path: 'metrics.podMonitor.interval', schema: duration, default: '30s', doc: 'how often' },
  { path: 'metrics.podMonitor.labels', schema: labels, default: {}, doc: 'by which your Prometheus finds it' },
  {
    path: 'metrics.recordingRules.enabled',
    schema: flag,
    default: false,
    doc: 'the few series that docs/fleet.md takes to one place for many clusters (Prometheus operator)',
  },
  { path: 'metrics.recordingRules.labels', schema: labels, default: {}, doc: 'by which your Prometheus finds it' },
  {
    path: 'metrics.prometheusRule.enabled',
    schema: flag,
    default: false,
    doc: 'the alerts of docs/runbooks (Prometheus operator)',
  },
  { path: 'metrics.prometheusRule.labels', schema: labels, default: {}, doc: 'by which your Prometheus finds it' },
  {
    path: 'metrics.prometheusRule.runbooks',
    schema: like('^https?://'),
    default: runbooks,
    doc: 'where the pages are, for runbook_url',
  },
  { path: 'metrics.dashboard.enabled', schema: flag, default: false, doc: 'a ConfigMap with a dashboard for Grafana' },
  {
    path: 'metrics.dashboard.labels',
    schema: labels,
    default: { grafana_dashboard: '1' },
    doc: "by which Grafana's sidecar finds it",
  },

  { path: 'tests.enabled', schema: flag, default: true, doc: 'pods for `helm test`' },
  {
    path: 'enabled',
    schema: flag,
    default: true,
    doc: 'for the `condition` of a chart that this one is part of; nothing here reads it',
  },
  { path: 'global', schema: object, default: {}, doc: 'of a chart that this one is part of; nothing here reads it' },
];
