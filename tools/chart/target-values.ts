import { maintainCommand } from '../../src/commands/maintain.ts';
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
  oneOf,
  object,
  objects,
  quantity,
  texts,
  type Value,
} from './value.ts';

const maintain = maintainCommand({ version: '', entry: new URL('file:///') });
/** Left to the program where a target does not say. */
function passedOn(name: string): Pick<Value, 'doc' | 'programDefault'> {
  const { doc, default: programDefault } = flagOf(maintain, name);
  return { doc, ...(programDefault !== undefined && { programDefault }) };
}
const share = like('^[0-9]+(\\.[0-9]+)?%$');

export const profiles = ['kubeadm', 'k3s', 'rke2', 'endpoints', 'vcluster-deployed', 'vcluster-embedded'] as const;

/** One etcd that is maintained: each entry of maintenance.targets. */
export const targetValues: readonly Value[] = [
  { path: 'name', schema: { ...dnsLabel, maxLength: 18 }, doc: 'part of the names of its CronJob or Deployment' },
  { path: 'profile', schema: oneOf(...profiles), doc: 'how it is reached, where that is not etcd.profile' },
  { path: 'endpoints', schema: texts, doc: 'URLs of its members (profiles endpoints and vcluster-embedded)' },
  {
    path: 'vcluster',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { namespace: dnsLabel, name: dnsLabel, replicas: { type: 'integer', minimum: 1 } },
    },
    doc: 'namespace and name of the vCluster; replicas where its etcd is embedded (default 1)',
  },
  {
    path: 'certificates',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { secret: filled, ca: filled, cert: filled, key: filled },
    },
    doc: 'a Secret in the namespace of the release, and its keys (default ca.crt, tls.crt and tls.key); for https endpoints',
  },
  {
    path: 'hostDirectory',
    schema: like('^/'),
    doc: 'where the keys lie on the node (kubeadm, k3s, rke2), where it is not the usual place',
  },
  {
    path: 'schedule',
    schema: filled,
    default: '17 */3 * * *',
    doc: 'when the CronJob looks. A run within the budget takes a second, and Kubernetes writes some 20 revisions about it (Job, Pod, Events) to the etcd of the cluster it runs in',
  },
  { path: 'timeZone', schema: filled, doc: 'of the schedule (default: that of the controller manager)' },
  { path: 'suspend', schema: flag, default: false, doc: 'keep the CronJob, start nothing' },
  { path: 'every', schema: duration, ...passedOn('--every') },
  { path: 'budget', schema: { anyOf: [share, ...bytes.anyOf] }, ...passedOn('--budget') },
  { path: 'quota', schema: bytes, ...passedOn('--quota') },
  { path: 'maxFragmentation', schema: share, ...passedOn('--max-fragmentation') },
  { path: 'keep', schema: { anyOf: [duration, count, like('^[0-9]+$')] }, ...passedOn('--keep') },
  { path: 'evidence', schema: oneOf('on', 'off'), ...passedOn('--evidence') },
  { path: 'acceptOutage', schema: flag, ...passedOn('--accept-outage') },
  { path: 'probeBudget', schema: duration, ...passedOn('--probe-budget') },
  {
    path: 'spool',
    schema: quantity,
    default: '10Gi',
    doc: 'room for one snapshot; larger than the database (emptyDir, /tmp)',
  },
  {
    path: 'backup',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        claim: filled,
        hostPath: like('^/'),
        s3: like('^s3://'),
        endpoint: like('^https?://'),
        addressing: oneOf('path', 'virtual'),
        credentialsSecret: filled,
        count: { type: 'integer', minimum: 1 },
        age: duration,
        keySecret: filled,
      },
    },
    doc: 'keep each snapshot in a PersistentVolumeClaim `claim` (with --watch also in `hostPath` of the node) or in the bucket `s3` (s3://BUCKET/PREFIX; `endpoint` and `addressing` where it is not Amazon; `credentialsSecret` with AWS_ACCESS_KEY_ID and the like, or serviceAccount.annotations): `count` of them, none older than `age`, encrypted with the key named `key` in `keySecret`',
  },
  {
    path: 'deadlineSeconds',
    schema: { type: 'integer', minimum: 60 },
    default: 10_800,
    doc: 'after so long Kubernetes ends the Job',
  },
  {
    path: 'startingDeadlineSeconds',
    schema: { type: 'integer', minimum: 60 },
    default: 600,
    doc: 'a run that is later than this is left out',
  },
  {
    path: 'backoffLimit',
    schema: { type: 'integer', minimum: 0, maximum: 3 },
    default: 0,
    doc: 'how often a failed run is tried again before its next time',
  },
  {
    path: 'historyLimit',
    schema: count,
    default: 3,
    doc: 'Jobs kept, of those that succeeded and of those that failed',
  },
  {
    path: 'resources',
    schema: object,
    default: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    doc: 'requests and limits',
  },
  {
    path: 'nodeSelector',
    schema: labels,
    doc: 'labels of the nodes it may run on (default for kubeadm, k3s and rke2: those with an etcd)',
  },
  { path: 'tolerations', schema: objects, doc: 'taints it may run beside (default for kubeadm, k3s and rke2: any)' },
  { path: 'extraArgs', schema: texts, default: [], doc: 'more flags of `kubechurn maintain`' },
];
