// What kwok does in place of kubelets. It has no rules of its own: each stage says which objects it takes, and to which
// status it leads them.

const now = '{{ Now | Quote }}';

const condition = (type: string) => `{ type: ${type}, status: "True", lastTransitionTime: ${now} }`;

const nodeReady = stage(
  'node-ready',
  'Node',
  [without('.status.conditions.[] | select( .type == "Ready" ) | .status', 'True')],
  {
    statusTemplate: `
conditions: [ { type: Ready, status: "True", reason: KubeletReady, lastHeartbeatTime: ${now}, lastTransitionTime: ${now} } ]
allocatable: { cpu: "64", memory: 256Gi, pods: "1000" }
capacity: { cpu: "64", memory: 256Gi, pods: "1000" }
phase: Running
`,
  },
);

const podRuns = stage('pod-runs', 'Pod', [absent('.metadata.deletionTimestamp'), within('.status.phase', 'Pending')], {
  statusTemplate: `
conditions: [ ${['Initialized', 'ContainersReady', 'Ready'].map(condition).join(', ')} ]
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: true, started: true, restartCount: 0, state: { running: { startedAt: ${now} } } }
{{ end }}
podIP: {{ index (PodIPsWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace) 0 | Quote }}
phase: Running
startTime: ${now}
`,
});

const jobsPodSucceeds = stage(
  'pod-of-job-succeeds',
  'Pod',
  [
    absent('.metadata.deletionTimestamp'),
    within('.status.phase', 'Running'),
    within('.metadata.ownerReferences.[].kind', 'Job'),
  ],
  {
    statusTemplate: `
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: false, started: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed, finishedAt: ${now} } } }
{{ end }}
phase: Succeeded
`,
  },
);

/** For pods labelled `fate: fails`: two seconds after they run they have failed, and stay so. */
const podFails = stage(
  'pod-fails',
  'Pod',
  [absent('.metadata.deletionTimestamp'), within('.status.phase', 'Running'), within('.metadata.labels.fate', 'fails')],
  {
    statusTemplate: `
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: false, started: false, restartCount: 0, state: { terminated: { exitCode: 1, reason: Error, finishedAt: ${now} } } }
{{ end }}
phase: Failed
`,
  },
  2_000,
);

const podGoes = stage('pod-goes', 'Pod', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], {
  delete: true,
});

/** kwok's configuration file: JSON documents, as YAML allows. */
export const kwokStages = [nodeReady, podRuns, jobsPodSucceeds, podFails, podGoes]
  .map((document) => JSON.stringify(document))
  .join('\n---\n');

type Expression = { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: readonly string[] };

function within(key: string, ...values: string[]): Expression {
  return { key, operator: 'In', values };
}

function without(key: string, ...values: string[]): Expression {
  return { key, operator: 'NotIn', values };
}

function absent(key: string): Expression {
  return { key, operator: 'DoesNotExist' };
}

function stage(
  name: string,
  kind: 'Node' | 'Pod',
  matchExpressions: readonly Expression[],
  next: { statusTemplate: string } | { delete: true },
  afterMs = 0,
) {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions },
      ...(afterMs > 0 && { delay: { durationMilliseconds: afterMs } }),
      next,
    },
  };
}
