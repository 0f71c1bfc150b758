import type { ResourceKey } from '../../model/resource.ts';
import { definePattern } from '../define-pattern.ts';
import { accuseCrowd, accuseOften, isOver } from '../often-written.ts';
import { rounded } from '../sentences.ts';

const resources = new Set(['engines', 'volumes', 'nodes', 'replicas']);

export const longhornChurn = definePattern({
  id: 'longhorn-churn',
  title: 'Longhorn rewrites its engines, volumes or replicas more often than it measures them.',
  explanation:
    'A volume that is written to costs up to twelve revisions a minute of its Engine and as many of its Volume, because their used space is refreshed every five seconds: 17,280 a day each. That is how older Longhorn works. More than that is one of its bugs: two controllers that undo each other, or fields refreshed on every look.',
  notThis: [
    'up to twelve writes a minute of an Engine or a Volume under load',
    'a burst while volumes attach, rebuild or fail over',
  ],
  refines: ['status-self-trigger', 'annotation-heartbeat'],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 15, doc: 'writes a minute of one object; 12 are legitimate' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    many: { default: 3, doc: 'such objects from which they are named together' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (object, thresholds) => {
        if (!isLonghorn(object.resource) || !isOver(object.rate, thresholds)) return;
        return accuseOften(object, `it is written ${rounded(object.rate.perMinute)} times a minute`);
      },
    },
    prefix: {
      needs: ['history', 'time'],
      evaluate: ({ count, samples }, thresholds, { counted, objects }) => {
        if (!isLonghorn(count) || samples.length === 0) return;
        const prefixes = counted.prefixes.filter(isLonghorn).map(({ prefix }) => prefix);
        if (prefixes[0] !== count.prefix) return; // one finding for all its prefixes
        const read = objects.filter(({ resource }) => isLonghorn(resource));
        const often = read.filter(({ rate }) => isOver(rate, thresholds));
        if (often.length < thresholds.many) return;
        return {
          ...accuseCrowd(
            often,
            read.length,
            `${often.length} of the ${read.length} Longhorn objects read in full are written more than ${thresholds.perMinute} times a minute`,
          ),
          claims: { prefixes, events: [] },
        };
      },
    },
  },
  remedy: ({ fields }) => ({
    summary: 'upgrade Longhorn',
    steps: [
      'upgrade to 1.6.3, 1.5.6 or later: they refresh the sizes of engines and volumes less often (longhorn#8076); 1.6.1 and 1.5.5 stopped needless writes of replicas (longhorn#8114)',
      `where it goes on, see what moves${fields[0] === undefined ? '' : ` (${fields[0]})`} and look for it among the known cases of needless updates (longhorn#8953)`,
      'until then compact more often (kube-apiserver --etcd-compaction-interval, default 5m)',
    ],
    docs: ['https://longhorn.io/kb/kubernetes-resource-revision-frequency-expectations/'],
  }),
  example: {
    subject: { type: 'prefix', group: 'longhorn.io', resource: 'engines', name: '/registry/longhorn.io/engines' },
    kind: 'engines',
    fields: ['/status/cloneStatus'],
    writers: [{ name: 'longhorn-manager', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://longhorn.io/kb/kubernetes-resource-revision-frequency-expectations/',
    'https://github.com/longhorn/longhorn/issues/8076',
    'https://github.com/longhorn/longhorn/issues/8114',
    'https://github.com/longhorn/longhorn/issues/8953',
  ],
});

function isLonghorn({ group, resource }: Pick<ResourceKey, 'group' | 'resource'>): boolean {
  return group === 'longhorn.io' && resources.has(resource);
}
