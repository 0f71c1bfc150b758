import type { Counted, Timeline } from '../../../src/model/analysis.ts';
import type { KeyCount, OwnerCount, PrefixCount } from '../../../src/model/counts.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { ReportParts } from '../../../src/report/assemble.ts';

/** A vCluster sync loop and a Kyverno flood over a quiet cluster, with figures drawn from a seed. */
export function incident(seed = 7): ReportParts {
  const draw = randomFrom(seed);
  const prefixes = [
    prefix('reports.kyverno.io', 'ephemeralreports', 600_000 + draw(9_999), draw(90_000)),
    prefix('', 'configmaps', 400_000 + draw(9_999), 0),
    prefix('coordination.k8s.io', 'leases', 90_000 + draw(999), 0),
    prefix('', 'events', 40_000 + draw(999), 39_000),
    prefix('', 'pods', 9_000 + draw(999), 1_200),
    ...['deployments', 'replicasets', 'daemonsets', 'statefulsets'].map((name, i) =>
      prefix('apps', name, 900 - i * 100 + draw(50), 3),
    ),
    prefix('batch', 'jobs', 300 + draw(20), 100),
    prefix('', 'secrets', 40, 0),
    { ...prefix('', '', 12, 0), prefix: 'compact_rev_key' },
  ];
  const writes = prefixes.reduce((sum, each) => sum + each.writes, 0);
  const deletes = prefixes.reduce((sum, each) => sum + each.deletes, 0);
  const bytes = prefixes.reduce((sum, each) => sum + each.bytes, 0);
  const loop = 399_000 + draw(999);
  return {
    counted: {
      source: [
        {
          kind: 'snapshot',
          name: '/var/lib/etcd/member/snap/db',
          fromRevision: 2,
          toRevision: writes,
          compactRevision: 1,
        },
      ],
      database: {
        sizeBytes: 2_148_532_224,
        inUseBytes: 2_090_000_000,
        quotaBytes: 2_147_483_648,
        quotaSource: 'etcd default',
        alarms: ['NOSPACE'],
      },
      totals: { revisions: writes - 900, keys: 264_000, writes, creates: 264_000, deletes, bytes },
      growth: writes - 890,
      countedRevisions: writes - 900,
      prefixes,
      topKeys: [
        key(
          '/registry/configmaps/vcluster-prod/settings-x-team-a-x-prod',
          { group: '', resource: 'configmaps', namespace: 'vcluster-prod', name: 'settings-x-team-a-x-prod' },
          loop,
        ),
        ...Array.from({ length: 12 }, (_, i) =>
          key(
            `/registry/leases/kube-node-lease/worker-${i}.rack-${draw(40)}.eu-central.example.internal`,
            { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: `worker-${i}` },
            7_000 - i,
          ),
        ),
        key('compact_rev_key', undefined, 12),
      ],
      writers: [
        {
          writer: { name: 'syncer', kind: 'fieldManager', confidence: 'medium' },
          ...counts(loop / 2),
          resources: ['configmaps', 'pods'],
          error: 0,
        },
        {
          writer: {
            name: 'system:serviceaccount:kyverno:kyverno-admission-controller',
            kind: 'user',
            confidence: 'high',
          },
          ...counts(600_000),
          resources: ['ephemeralreports.reports.kyverno.io'],
          error: 1_203.4,
        },
      ],
      abouts: [],
      edges: [],
      events: [],
      anchors: [],
      chosen: [],
      carved: {
        writes: 12_034,
        fromRevision: 2,
        toRevision: 90_000,
        resources: [
          { prefix: '/registry/events', writes: 12_000 },
          { prefix: '/registry/pods', writes: 34 },
        ],
      },
      undecoded: { encrypted: 40, unknown: 0 },
      timeline: timelineOf(prefixes, writes),
      notSeen: ['Rejected requests and who was authenticated: a snapshot holds neither.'],
    } satisfies Counted,
    clock: { timeOf: (revision) => Date.UTC(2026, 2, 1, 2) + revision * 40, errorSeconds: 12.4 },
    findings: findings(loop, writes),
    owners: [owner('apps', 'Deployment', 'team-a', 'web', 4_100), owner('', 'Node', undefined, 'worker-1', 900)],
    notSeen: ['conflict-storm needs requests: pass --audit-log.'],
    top: 20,
  };
}

const bins = 60;

/** The first prefix grows from nothing, the others are spread evenly. */
function timelineOf(prefixes: readonly PrefixCount[], last: number): Timeline {
  const grows = (writes: number, bin: number) => Math.round((writes * 2 * (bin + 0.5)) / bins ** 2);
  const series = ({ writes }: PrefixCount, i: number) =>
    Array.from({ length: bins }, (_, bin) => (i === 0 ? grows(writes, bin) : Math.round(writes / bins)));
  const named = prefixes.slice(0, 7).map((each, i) => ({ prefix: each.prefix, writes: series(each, i) }));
  return {
    edges: Array.from({ length: bins + 1 }, (_, bin) => 2 + Math.round(((last - 1) * bin) / bins)),
    prefixes: [...named, { prefix: '', writes: Array.from({ length: bins }, () => 15) }],
  };
}

function findings(loop: number, writes: number): Finding[] {
  return [
    {
      pattern: 'kyverno-report-flood',
      severity: 'critical',
      confidence: 'high',
      subject: { type: 'prefix', name: '/registry/reports.kyverno.io/ephemeralreports' },
      share: 605_000 / writes,
      shareWithConsequences: 640_000 / writes,
      consequences: [{ group: '', resource: 'events', writes: 35_000 }],
      writers: [
        {
          name: 'system:serviceaccount:kyverno:kyverno-admission-controller',
          kind: 'user',
          confidence: 'high',
          writes: 605_000,
        },
      ],
      fields: [],
      evidence: { live: 91_204, createsPerMinute: 812.5 },
      cause: 'Kyverno creates intermediate reports faster than its reports controller folds them into policy reports',
      remedy: {
        summary: 'let the reports controller catch up, and cap what may queue',
        steps: [
          'raise the memory limit of kyverno-reports-controller: it is killed and starts over',
          'set --maxAdmissionReports=1000 on the admission controller',
        ],
        docs: ['https://kyverno.io/docs/installation/customization/'],
      },
    },
    {
      pattern: 'vcluster-sync-loop',
      severity: 'critical',
      confidence: 'high',
      subject: {
        type: 'object',
        group: '',
        resource: 'configmaps',
        namespace: 'vcluster-prod',
        name: 'settings-x-team-a-x-prod',
      },
      share: loop / writes,
      shareWithConsequences: loop / writes,
      consequences: [],
      writers: [
        { name: 'syncer', kind: 'fieldManager', confidence: 'medium', writes: Math.floor(loop / 2) },
        { name: 'host-operator', kind: 'fieldManager', confidence: 'medium', writes: Math.ceil(loop / 2) },
      ],
      fields: ['/data/mode'],
      evidence: { flips: 399 },
      cause: 'syncer and host-operator set /data/mode back and forth',
      remedy: {
        summary: 'let one of them own the field',
        steps: ['stop syncing this ConfigMap in vcluster.yaml'],
        docs: [],
      },
    },
    {
      pattern: 'annotation-heartbeat',
      severity: 'info',
      confidence: 'medium',
      subject: { type: 'owner', group: 'apps', resource: 'deployments', namespace: 'team-a', name: 'web' },
      share: 0.0004,
      shareWithConsequences: 0.0004,
      consequences: [],
      writers: [],
      fields: ['/metadata/annotations/example.com~1beat'],
      evidence: {},
      cause: 'an annotation is used as a heartbeat',
      remedy: { summary: 'keep it in a Lease', steps: [], docs: [] },
    },
  ];
}

function counts(writes: number): { writes: number; creates: number; deletes: number; bytes: number } {
  return { writes: Math.round(writes), creates: 1, deletes: 0, bytes: Math.round(writes) * 1_700 };
}

function prefix(group: string, resource: string, writes: number, deletes: number): PrefixCount {
  return {
    ...counts(writes),
    deletes,
    prefix: `/registry/${group.includes('kyverno') ? `${group}/` : ''}${resource}`,
    group,
    resource,
    keys: 900,
    liveKeys: 800,
  };
}

function key(name: string, resource: KeyCount['resource'], writes: number): KeyCount {
  return {
    ...counts(writes),
    id: 1,
    key: name,
    resource,
    prefix: '/registry/configmaps',
    firstRevision: 1_000,
    lastRevision: 900_000,
    live: true,
    maxBytes: 1_700,
    about: undefined,
    writer: undefined,
  };
}

function owner(group: string, kind: string, namespace: string | undefined, name: string, writes: number): OwnerCount {
  return {
    ...counts(writes),
    owner: { group, kind, ...(namespace === undefined ? {} : { namespace }), name },
    names: 12,
  };
}

/** Park and Miller's minimal standard generator: whole numbers from 0 to below `limit`. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}
