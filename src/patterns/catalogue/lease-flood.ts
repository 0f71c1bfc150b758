import type { Changes } from '../../history/changes.ts';
import { digestOf } from '../../objects/digests.ts';
import type { Accusation } from '../accusation.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject } from '../observed.ts';
import { isOver } from '../often-written.ts';
import { nameOf, rounded } from '../sentences.ts';

export const leaseFlood = definePattern({
  id: 'lease-flood',
  title: 'A Lease is renewed too often, or two holders take it from each other.',
  explanation:
    'A node renews its Lease every ten seconds and an elected leader every two. One that is renewed every second or faster costs as much as ten nodes. Where two processes hold the same Lease in turn, both believe to be the leader: whatever they do is done twice or undone, and the Lease is the place where it shows.',
  notThis: [
    'the Lease of a node every ten seconds, an elector every two seconds, each with one holder',
    'a leader that hands over: another holder, once, also by way of no holder at all',
  ],
  refines: ['field-fight', 'annotation-heartbeat'],
  judgesExpected: true,
  loop: true,
  symptom: false,
  thresholds: {
    nodePerMinute: { default: 12, doc: 'renewals a minute of the Lease of a node; the usual is 6' },
    electorPerMinute: { default: 60, doc: 'renewals a minute of any other Lease; the usual is up to 30' },
    sustainedMinutes: { default: 3, doc: 'minutes that pace must have gone on' },
    returns: { default: 2, doc: 'times an earlier holder came back, whatever the pace' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (lease, { nodePerMinute, electorPerMinute, sustainedMinutes, returns }, { objects }) => {
        if (!isLease(lease)) return;
        const back = holdersReturned(lease.changes);
        if (back >= returns)
          return accuse(lease, 'two holders or more take it from each other', { holdersReturned: back });
        const perMinute = isOfNode(lease) ? nodePerMinute : electorPerMinute;
        if (!isOver(lease.rate, { perMinute, sustainedMinutes })) return;
        const pace = `it is renewed ${rounded(lease.rate.perMinute)} times a minute`;
        if (!isOfNode(lease)) return accuse(lease, pace, {});
        // One configuration for all kubelets: one finding for all nodes.
        const nodes = objects.filter(
          (each) => isLease(each) && isOfNode(each) && isOver(each.rate, { perMinute, sustainedMinutes }),
        );
        if (nodes[0] !== lease) return;
        return accuse(lease, nodes.length > 1 ? `${pace}, and so are those of ${nodes.length - 1} other nodes` : pace, {
          nodes: nodes.length,
        });
      },
    },
  },
  remedy: ({ subject, kind, writers, evidence }) => {
    const lease = nameOf(kind, subject);
    const name = writers[0]?.name ?? 'its holder';
    if (evidence['holdersReturned'] !== undefined)
      return {
        summary: `leave one of those that hold ${lease}`,
        steps: [
          `see who they are: kubectl -n ${subject.namespace ?? 'default'} get lease ${subject.name} -w -o custom-columns=HOLDER:.spec.holderIdentity,RENEWED:.spec.renewTime`,
          'two installations with the same election id in one namespace need an id or a namespace each; two clusters on one etcd need an --etcd-prefix each',
          'where they are replicas of one Deployment, see why renewals are late: their clocks, a throttled CPU, a slow API server; and that leaseDuration exceeds renewDeadline',
        ],
        docs,
      };
    return {
      summary: `renew ${lease} less often`,
      steps:
        subject.namespace === nodeLeases
          ? [
              'set nodeLeaseDurationSeconds of the kubelets back to 40 (a Lease is renewed every quarter of it)',
              'delete Leases of nodes that are gone: kubectl -n kube-node-lease get leases',
            ]
          : [
              `set longer times for ${name}: client-go's LeaseDuration 15s, RenewDeadline 10s, RetryPeriod 2s (components of Kubernetes: --leader-elect-lease-duration, --leader-elect-renew-deadline, --leader-elect-retry-period)`,
              'switch the election off where there is only one replica (--leader-elect=false), and remove what was left behind',
            ],
      docs,
    };
  },
  example: {
    subject: {
      type: 'object',
      group: 'coordination.k8s.io',
      resource: 'leases',
      namespace: 'apps',
      name: 'widget-operator',
    },
    kind: 'Lease',
    fields: ['/spec/renewTime'],
    writers: [{ name: 'widget-operator', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://kubernetes.io/docs/concepts/architecture/leases/',
    'https://github.com/kubernetes/component-base/blob/master/config/options/leaderelectionconfig.go',
    'https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/',
  ],
});

const docs = [
  'https://kubernetes.io/docs/concepts/architecture/leases/',
  'https://pkg.go.dev/k8s.io/client-go/tools/leaderelection',
];
const nodeLeases = 'kube-node-lease';
const holder = '/spec/holderIdentity';
/** What a leader that steps down leaves as the holder (client-go ReleaseOnCancel). */
const nobody = digestOf('');

function isLease({ resource }: ObservedObject): boolean {
  return resource.group === 'coordination.k8s.io' && resource.resource === 'leases';
}

const isOfNode = ({ resource }: ObservedObject): boolean => resource.namespace === nodeLeases;

/** How often, among its last changes of holder, one came back that had held it before another did. */
function holdersReturned({ paths }: Changes): number {
  const recent = paths.find(({ path }) => path === holder)?.recent ?? [];
  const holders = recent.filter(({ present, value }) => present && value !== nobody).map(({ value }) => value);
  const turns = holders.filter((value, i) => value !== holders[i - 1]);
  return turns.filter((value, i) => turns.indexOf(value) < i).length;
}

function accuse(
  { ref, rate, changes }: ObservedObject,
  cause: string,
  more: Readonly<Record<string, number>>,
): Accusation {
  return {
    confidence: 'high',
    ref,
    fields: [more['holdersReturned'] === undefined ? '/spec/renewTime' : holder],
    writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
    evidence: { ...(rate && { perMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }), ...more },
    cause,
  };
}
