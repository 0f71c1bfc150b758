import { definePattern } from '../define-pattern.ts';
import { nameOf, rounded } from '../sentences.ts';

const leader = '/metadata/annotations/control-plane.alpha.kubernetes.io~1leader';

export const endpointsElection = definePattern({
  id: 'endpoints-election',
  title: 'Leader election is kept in an annotation of an Endpoints object or a ConfigMap.',
  explanation:
    'Clients older than Lease locks renew their leadership every two seconds in the annotation control-plane.alpha.kubernetes.io/leader. Each renewal stores the whole object and wakes whoever watches Endpoints, every kube-proxy among them. client-go dropped these locks in 1.24.',
  notThis: [
    'leader election by Lease, at the usual 30 renewals a minute',
    'Endpoints whose addresses change',
    'another annotation that beats: that is an annotation-heartbeat',
  ],
  refines: ['annotation-heartbeat'],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 10, doc: 'writes a minute of one object' },
    annotationOnly: { default: 0.9, doc: 'share of its changes in which nothing but annotations moved' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes }, thresholds) => {
        if (resource.group !== '' || (resource.resource !== 'endpoints' && resource.resource !== 'configmaps')) return;
        if (!rate || rate.perMinute < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes)
          return;
        const renewals = changes.paths.find(({ path }) => path === leader);
        const moved = changes.count - changes.noChange;
        if (!renewals || renewals.changes < moved * thresholds.annotationOnly) return;
        if (changes.annotationOnly < moved * thresholds.annotationOnly) return;
        return {
          confidence: 'high',
          ref,
          fields: [leader],
          writers: renewals.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            renewals: renewals.changes,
          },
          cause: `${renewals.writers[0]?.writer.name ?? 'an elector'} renews its leadership in an annotation ${rounded(rate.perMinute)} times a minute`,
        };
      },
    },
  },
  remedy: ({ subject, kind, writers }) => ({
    summary: 'move the leader election to a Lease',
    steps: [
      `upgrade ${writers[0]?.name ?? 'the elector'} to a release that elects by Lease (client-go 0.24 or later knows nothing else), or set it where there is a flag (--leader-elect-resource-lock=leases, leaderElectionResourceLock: leases)`,
      'with client-go before 0.24 move in two releases, over endpointsleases or configmapsleases, so that old and new replicas exclude each other',
      `then delete ${nameOf(kind, subject)} where nothing else uses it`,
    ],
    docs: [
      'https://kubernetes.io/docs/concepts/architecture/leases/',
      'https://github.com/kubernetes/kubernetes/pull/106852',
    ],
  }),
  example: {
    subject: { type: 'object', group: '', resource: 'endpoints', namespace: 'kube-system', name: 'cilium-operator' },
    kind: 'Endpoints',
    fields: [leader],
    writers: [{ name: 'cilium-operator', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/cilium/cilium/issues/5448',
    'https://github.com/kubernetes/kubernetes/pull/106852',
    'https://github.com/kubernetes/kubernetes/issues/80289',
  ],
});
