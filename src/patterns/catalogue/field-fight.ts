import { definePattern } from '../define-pattern.ts';
import { accuseFighters, fightThresholds } from '../fight.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, writerNames } from '../sentences.ts';

export const fieldFight = definePattern({
  id: 'field-fight',
  title: 'Two writers keep taking the same field from each other.',
  explanation:
    'Each side writes its own value, sees the other one, and writes again. The field goes A-B-A-B, generation climbs, and whatever follows the object (ReplicaSets, pods, reports, Events) is rewritten with it. The finding names the object whose field is fought over, not the copies of that field in the objects it owns.',
  notThis: [
    'an autoscaler that goes 3-5-3: one writer',
    'a rollout, a scale-up or a counter: each value is new',
    'two writers that each own other fields of one object',
    'a controller that settles within a few writes after a restart: it does not go on for minutes',
    'an object deleted and created again under the same name: fields are followed by uid',
  ],
  loop: true,
  symptom: false,
  thresholds: fightThresholds,
  rules: { object: { needs: ['history'], evaluate: accuseFighters } },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: `give ${fields[0] ?? 'the field'} one owner`,
    steps: [
      writers.length > 1
        ? `decide which of ${writerNames(writers)} owns ${listed(fields.slice(0, 3))} of ${nameOf(kind, subject)}`
        : `find who removes ${listed(fields.slice(0, 3))} of ${nameOf(kind, subject)}: an audit log at level Metadata names it`,
      'let the other one leave it out: drop it from the manifest (kustomize, Helm values), Argo CD: spec.ignoreDifferences with RespectIgnoreDifferences=true, Flux: spec.driftDetection.ignore',
      ...(fields.includes('/spec/replicas')
        ? ['where an autoscaler scales it, remove replicas from the manifest altogether']
        : []),
      'use server-side apply with one field manager per writer and without --force-conflicts, so that a conflict is an error instead of a loop',
    ],
    docs: ['https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts'],
  }),
  example: {
    subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    kind: 'Deployment',
    fields: ['/spec/replicas'],
    writers: [
      { name: 'argocd-controller', kind: 'fieldManager', confidence: 'medium', writes: 120 },
      { name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'medium', writes: 120 },
    ],
    evidence: {},
  },
  references: [
    'https://github.com/kubernetes-sigs/cluster-api/issues/6320',
    'https://github.com/eclipse-che/che/issues/22414',
    'https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
  ],
});
