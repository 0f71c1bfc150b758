import { definePattern } from '../define-pattern.ts';
import type { ObservedObject } from '../observed.ts';
import { accuseCrowd, accuseOften, isOver, movesOnlyState, type PaceLimits } from '../often-written.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';

export const nodeBloat = definePattern({
  id: 'node-bloat',
  title: 'The status of nodes is written far more often than every five minutes.',
  explanation:
    'A Node is tens of kilobytes: images, volumes, conditions. Its heartbeat is a Lease of a few hundred bytes, so the kubelet writes the status itself only when something in it changes, and every five minutes. A report interval that was cut down, a kubelet without node leases or a condition that some agent keeps touching stores the whole object anew each time.',
  notThis: [
    'a status every five minutes, and as many more as pods and volumes come and go',
    'a burst while a node starts or is drained',
    'labels, taints or annotations that somebody moves: that is no status',
    'a node that becomes ready and unready: kubelet and node controller write in turn',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 2, doc: 'writes a minute of one Node; the usual is one in five minutes' },
    sustainedMinutes: { default: 5, doc: 'minutes it must have gone on' },
    many: { default: 3, doc: 'such nodes from which they are named together' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (node, thresholds) => {
        if (!isBloated(node, thresholds)) return;
        return accuseOften(node, `its status is written ${rounded(node.rate?.perMinute ?? 0)} times a minute`);
      },
    },
    prefix: {
      needs: ['history', 'time'],
      evaluate: ({ samples }, thresholds) => {
        const bloated = samples.filter((node) => isBloated(node, thresholds));
        if (bloated.length < thresholds.many) return;
        return accuseCrowd(
          bloated,
          samples.length,
          `the status of ${bloated.length} of the ${samples.length} nodes read in full is written more than ${thresholds.perMinute} times a minute`,
        );
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: 'let nodes report their status every five minutes; their Leases are the heartbeat',
    steps: [
      'in the kubelet configuration set nodeStatusReportFrequency: 5m. Where nodeStatusUpdateFrequency is set, the report frequency defaults to that instead of 5m: remove it or set both',
      `see what moves (${listed(fields)}): ${writers[0]?.name ?? 'its writer'} writes it; where it is not the kubelet (a problem detector, a device plugin), let it write only what changed`,
      ...(subject.type === 'object' ? [`until then look at the kubelet of ${nameOf(kind, subject)} first`] : []),
    ],
    docs: ['https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/'],
  }),
  example: {
    subject: { type: 'prefix', group: '', resource: 'nodes', name: '/registry/minions' },
    kind: 'nodes',
    fields: ['/status/conditions/type=Ready/lastHeartbeatTime'],
    writers: [{ name: 'kubelet', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/589-efficient-node-heartbeats',
    'https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/',
  ],
});

function isBloated(node: ObservedObject, limits: PaceLimits): boolean {
  const { group, resource } = node.resource;
  if (group !== '' || resource !== 'nodes' || !isOver(node.rate, limits) || !movesOnlyState(node)) return false;
  // When a node really comes and goes, the node lifecycle controller writes as well.
  const [most, ...others] = node.changes.writers.map(({ writes }) => writes);
  return others.reduce((sum, writes) => sum + writes, 0) * 5 <= (most ?? 0);
}
