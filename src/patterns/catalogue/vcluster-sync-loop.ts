import type { Changes } from '../../history/changes.ts';
import type { FindingWriter } from '../../model/finding.ts';
import type { Writer } from '../../model/writer.ts';
import { definePattern } from '../define-pattern.ts';
import type { Fight } from '../fight.ts';
import { fightOver } from '../fight.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded, writerNames } from '../sentences.ts';
import { isSynced, isSyncer, syncerName } from '../vcluster.ts';
import { pauseSync } from '../vcluster-yaml.ts';

export const vclusterSyncLoop = definePattern({
  id: 'vcluster-sync-loop',
  title: 'The vCluster syncer and another writer keep undoing each other on a synced object.',
  explanation:
    'Labels, annotations and most fields are synced both ways between a vCluster and its host. When something on one side sets what something on the other side sets differently, or removes what the syncer puts there, the syncer carries the change across and it is undone again, up to fifteen times a second. Both etcds fill: that of the host and that of the vCluster.',
  notThis: [
    'an object whose name merely looks synced (x-x-x): the label, an annotation or the account of the syncer is required',
    'two writers of the host that fight over a synced object without the syncer: that is a field-fight',
    'the start of a vCluster, pods that come and go, a flapping readiness: no field goes back and forth between two writers',
  ],
  refines: ['field-fight', 'status-self-trigger', 'annotation-heartbeat'],
  loop: true,
  symptom: false,
  thresholds: {
    flips: { default: 2, doc: 'full flips (A-B-A) of one field within windowMinutes' },
    windowMinutes: { default: 10, doc: 'minutes in which those flips must fall' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on, unless provenFlips were seen' },
    provenFlips: { default: 10, doc: 'full flips that need no duration' },
    highFlips: { default: 4, doc: 'full flips from which the confidence is high, once both sides are known' },
  },
  rules: {
    object: {
      needs: ['history'],
      evaluate: ({ resource, ref, rate, changes, labels, annotations }, thresholds) => {
        const fight = fightOver(resource, changes, thresholds);
        if (!fight) return;
        const synced = isSynced(labels, annotations);
        const writers = partiesOf(fight, changes, synced);
        if (!writers.some((writer) => isSyncer(writer, changes))) return;
        const fields = fight.paths.map(({ path }) => path);
        const others = writers.filter((writer) => !isSyncer(writer, changes));
        return {
          confidence: fight.flips >= thresholds.highFlips && writers.length >= 2 ? 'high' : 'medium',
          ref,
          fields,
          writers,
          evidence: {
            flips: fight.flips,
            ...(rate && { perMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }),
            side: synced ? 'host' : 'vCluster',
            ...(fight.unnamedRemovals > 0 && { namelessRemovals: fight.unnamedRemovals }),
          },
          cause: `the vCluster syncer and ${
            others.length > 0
              ? writerNames(others)
              : 'a writer that only removes, and so leaves no trace in managedFields,'
          } keep undoing each other on ${listed(fields.slice(0, 3))}`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => {
    const others = writers.filter(({ name }) => !syncerName.test(name));
    return {
      summary: `let one side own ${fields[0] ?? 'the field'} of ${nameOf(kind, subject)}; until then pause its syncing`,
      steps: [
        others.length > 0
          ? `stop ${writerNames(others)} from writing ${listed(fields.slice(0, 3))} on one of the two sides; the host or the vCluster keeps it`
          : `find who removes ${listed(fields.slice(0, 3))} (an audit log names it) and exempt ${nameOf(kind, subject)}`,
        `until then pause syncing of ${subject.resource ?? 'this kind'} (for ${nameOf(kind, subject)}; vCluster has no switch for a single object) in vcluster.yaml:\n${pauseSync(subject)}`,
        'where vcluster.yaml patches this field with both expression and reverseExpression, drop reverseExpression',
        'upgrade vCluster: a patch with both expressions went back and forth without end before the fix in loft-sh/vcluster#3265',
      ],
      docs: [
        'https://vcluster.com/docs/vcluster/configure/vcluster-yaml/sync/to-host',
        'https://github.com/loft-sh/vcluster/pull/3265',
      ],
    };
  },
  example: {
    subject: {
      type: 'object',
      group: 'networking.k8s.io',
      resource: 'ingresses',
      namespace: 'tenant',
      name: 'web-x-shop-x-tenant',
    },
    kind: 'Ingress',
    fields: ['/metadata/annotations/dns.example.com~1target'],
    writers: [
      { name: 'dns-agent', kind: 'fieldManager', confidence: 'medium', writes: 120 },
      { name: 'vcluster', kind: 'fieldManager', confidence: 'medium', writes: 120 },
    ],
    evidence: {},
  },
  references: [
    'https://github.com/loft-sh/vcluster/pull/3265',
    'https://github.com/loft-sh/vcluster/pull/2215',
    'https://vcluster.com/docs/vcluster/configure/vcluster-yaml/sync/to-host',
  ],
});

/**
 * A plain removal names nobody. On a synced object it is the syncer's wherever another writer does the setting; else it
 * is that of the only other manager of the object, if there is just one.
 */
function partiesOf(
  { writers, unnamedRemovals, suspects }: Fight,
  changes: Changes,
  synced: boolean,
): readonly FindingWriter[] {
  if (writers.length >= 2 || unnamedRemovals === 0) return writers;
  const accuse = (suspect: Writer): FindingWriter => ({ ...suspect, confidence: 'low', writes: unnamedRemovals });
  const syncer = suspects.find((suspect) => isSyncer(suspect, changes));
  if (syncer && synced) return [...writers, accuse(syncer)];
  const [only, ...more] = suspects;
  return only && more.length === 0 ? [...writers, accuse(only)] : writers;
}
