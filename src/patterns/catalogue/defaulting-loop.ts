import type { PathHistory } from '../../history/changes.ts';
import { isDeliberate, isSharedField } from '../../objects/fields-by-design.ts';
import { definePattern } from '../define-pattern.ts';
import { isIntermediateReport, isPolicyReport } from '../kyverno.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';
import { isSynced, isSyncer } from '../vcluster.ts';

export const defaultingLoop = definePattern({
  id: 'defaulting-loop',
  title: 'One writer keeps changing a specification back and forth: what it writes is never what it then reads.',
  explanation:
    'A controller writes its own form of an object, defaulting or a webhook turns it into another, the controller sees a difference and writes again; or it writes a list in an order that changes from round to round. Generation climbs, and everyone who reconciles the object starts anew each time.',
  notThis: [
    'an autoscaler that goes 3-5-3: it scales',
    'rollouts back and forth, and counters',
    'copies: ReplicaSets follow their Deployment, objects on a host follow their vCluster',
    'a fight of two writers, told apart by their names',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    generations: { default: 5, doc: 'by how much its generation climbs a minute' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    returns: { default: 10, doc: 'times one field went back to a value it had before, or a list was only reordered' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes, owners, labels, annotations }, thresholds) => {
        if (!rate || rate.sustainedMinutes < thresholds.sustainedMinutes) return;
        const generations = rate.perMinute * (changes.generationDelta / Math.max(1, changes.count));
        if (generations < thresholds.generations) return;
        if (
          isPolicyReport(resource) ||
          isIntermediateReport(resource) ||
          owners.some(({ kind }) => kind === 'Deployment')
        )
          return;
        const restless = changes.paths.filter(
          (path) => isRestless(path, thresholds.returns) && !isSharedField(resource, path.path),
        );
        const [writer, ...others] = writersOf(restless);
        if (!writer || others.length > 0) return;
        if (isSynced(labels, annotations) && isSyncer(writer, changes)) return;
        const fields = restless.map(({ path }) => path).slice(0, 5);
        const reordered = restless.every((path) => path.reordered);
        return {
          confidence: 'medium',
          ref,
          fields,
          writers: [writer],
          evidence: {
            generationsPerMinute: rounded(generations),
            minutes: rounded(rate.sustainedMinutes),
            returns: Math.max(...restless.map(({ returns }) => returns)),
            reordered,
          },
          cause: `${writer.name} keeps ${reordered ? 'reordering' : 'changing'} ${listed(fields.slice(0, 3))} ${
            reordered ? 'without changing what it holds' : 'back and forth'
          }`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers, evidence }) => ({
    summary:
      evidence['reordered'] === true
        ? `write ${listed(fields.slice(0, 3))} in one order`
        : `write ${listed(fields.slice(0, 3))} in the form that is stored`,
    steps: [
      `compare what ${writers[0]?.name ?? 'the writer'} sends with kubectl get -o yaml of ${nameOf(kind, subject)}, and state in the manifest what defaulting or a webhook makes of it (quantities, durations, default fields, sorted lists)`,
      `in ${writers[0]?.name ?? 'the controller'}: default both sides before comparing (equality.Semantic.DeepDerivative), sort lists before writing, or use server-side apply, which writes nothing when nothing changes`,
      'make sure that it is one writer: two copies of a controller, or two clients under one name, look the same; an audit log (--audit-log) tells them apart',
    ],
    docs: [
      'https://pkg.go.dev/k8s.io/apimachinery/pkg/api/equality',
      'https://kubernetes.io/docs/reference/using-api/server-side-apply/',
    ],
  }),
  example: {
    subject: { type: 'object', group: 'serving.knative.dev', resource: 'services', namespace: 'shop', name: 'web' },
    kind: 'Service',
    fields: ['/spec/template/spec/timeoutSeconds'],
    writers: [{ name: 'controller', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { reordered: false },
  },
  references: [
    'https://github.com/knative/serving/issues/2767',
    'https://github.com/knative/serving/pull/930',
    'https://github.com/argoproj/argo-cd/issues/18151',
  ],
});

const desired = /^\/(spec|webhooks)\//;

function isRestless(path: PathHistory, times: number): boolean {
  if (!desired.test(path.path) || isDeliberate(path.path) || path.counter || path.timestamp) return false;
  return path.returns >= times || (path.reordered && path.changes >= times);
}

function writersOf(
  paths: readonly PathHistory[],
): { name: string; kind: 'user' | 'fieldManager'; confidence: 'high' | 'medium' | 'low'; writes: number }[] {
  const most = new Map<string, ReturnType<typeof writersOf>[number]>();
  for (const { writers } of paths)
    for (const { writer, writes } of writers)
      if (writes > (most.get(writer.name)?.writes ?? 0)) most.set(writer.name, { ...writer, writes });
  const all = [...most.values()].sort((a, b) => b.writes - a.writes);
  // An editor in between is no second side.
  return all.filter(({ writes }) => writes * 10 >= (all[0]?.writes ?? 0));
}
