import { Counter, Gauge, Registry } from '@prometheus-io/client';

/** What the analyzer knows when it is asked. Totals only rise. */
export interface AnalyzerFigures {
  readonly version: string;
  readonly leader: boolean;
  readonly synced: boolean;
  readonly since: number;
  readonly writes: readonly { readonly group: string; readonly resource: string; readonly total: number }[];
  /** Most first. */
  readonly namespaces: readonly { readonly namespace: string; readonly perMinute: number }[];
  readonly findings: readonly { readonly pattern: string; readonly severity: string }[];
  readonly revisions: { readonly counted: number; readonly growth: number } | undefined;
  readonly watches: Readonly<Record<string, number>>;
  readonly fullWatches: number;
  readonly gaps: number;
  readonly objects: number;
  readonly requests: { readonly received: number; readonly dropped: number };
  readonly ownWrites: Readonly<Record<string, number>>;
  readonly database:
    | { readonly sizeBytes: number; readonly quotaBytes: number | undefined; readonly fullAt: number | undefined }
    | undefined;
  readonly lookSeconds: number;
}

/** Resources and namespaces named; all others are added up under `other`. */
export const namedResources = 200;
const namedNamespaces = 20;
/** One for each resource and namespace, one for each pattern and severity that stands, and some thirty more. */
export const mostSeries = namedResources + 1 + namedNamespaces + 1 + 3 * 40 + 58;
const other = 'other';
const mostFindingSeries = 120;

/** The text of /metrics, bounded whatever the cluster holds: never a label by object name. */
export function createMetrics(read: () => AnalyzerFigures): { text(): Promise<string>; readonly contentType: string } {
  const registry = new Registry();
  const registers = [registry];
  const total = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `kubechurn_${name}_total`, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `kubechurn_${name}`, help, labelNames: [...labelNames], registers });
  const info = gauge('build_info', 'The version that runs', ['version']);
  const leader = gauge('leader', 'Whether this replica speaks for all');
  const synced = gauge('synced', 'Whether every first list is in');
  const since = gauge('counting_since_timestamp_seconds', 'Since when writes are counted');
  const writes = total('writes', 'Changes of objects, deletions included', ['group', 'resource']);
  const namespaces = gauge('namespace_writes_per_minute', 'Of the namespaces written most', ['namespace']);
  const findings = gauge('findings', 'Findings that stand', ['pattern', 'severity']);
  const counted = total('revisions_counted', 'Revisions of etcd seen as a change of an object');
  const growth = total('revisions', 'Revisions etcd went through meanwhile');
  const known = gauge(
    'coverage_known',
    'Whether the store numbers its writes as etcd does, so that the two can be compared',
  );
  const watches = gauge('watches', 'Watched resources by state', ['state']);
  const fullWatches = gauge('full_watches', 'Objects watched in full');
  const gaps = total('watch_gaps', 'Times a watch had lost its past and began with a new list');
  const objects = gauge('objects', 'Objects alive');
  const received = total('requests_received', 'Admission requests the webhook told of');
  const dropped = total('requests_dropped', 'Admission requests the webhook had to drop');
  const ownWrites = total('own_writes', 'Our own writes to etcd', ['what']);
  // Labelled, because a gauge without a label cannot be absent.
  const size = gauge('database_size_bytes', 'Size of the etcd database', ['source']);
  const quota = gauge('database_quota_bytes', 'The quota, where it was given', ['source']);
  const fullAt = gauge(
    'database_full_timestamp_seconds',
    'When the quota is reached at this pace; absent where it is not',
    ['source'],
  );
  const look = gauge('look_seconds', 'How long the last look at what was counted took');
  const resident = gauge('process_resident_memory_bytes', 'Memory of this process');
  const cpu = total('process_cpu_seconds', 'CPU time of this process');
  /** Once named, named for good: a counter must not fall. */
  const named = new Set<string>();

  const set = (counter: Counter, value: number): void => {
    counter.reset();
    counter.inc(value);
  };
  const fill = (figures: AnalyzerFigures): void => {
    info.set({ version: figures.version }, 1);
    leader.set(figures.leader ? 1 : 0);
    synced.set(figures.synced ? 1 : 0);
    since.set(figures.since / 1000);
    writes.reset();
    for (const { group, resource, total: value } of figures.writes) {
      const id = `${resource}.${group}`;
      if (named.size < namedResources) named.add(id);
      const labels = named.has(id) ? { group, resource } : { group: '', resource: other };
      writes.inc(labels, value);
    }
    namespaces.reset();
    figures.namespaces.forEach(({ namespace, perMinute }, i) =>
      namespaces.inc({ namespace: i < namedNamespaces ? namespace : other }, perMinute),
    );
    findings.reset();
    const kinds = new Set<string>();
    for (const { pattern, severity } of figures.findings) {
      if (kinds.size >= mostFindingSeries && !kinds.has(`${pattern} ${severity}`)) continue;
      kinds.add(`${pattern} ${severity}`);
      findings.inc({ pattern, severity }, 1);
    }
    known.set(figures.revisions ? 1 : 0);
    if (figures.revisions) {
      set(counted, figures.revisions.counted);
      set(growth, figures.revisions.growth);
    }
    watches.reset();
    for (const [state, value] of Object.entries(figures.watches)) watches.set({ state }, value);
    fullWatches.set(figures.fullWatches);
    set(gaps, figures.gaps);
    objects.set(figures.objects);
    set(received, figures.requests.received);
    set(dropped, figures.requests.dropped);
    ownWrites.reset();
    for (const [what, value] of Object.entries(figures.ownWrites)) ownWrites.inc({ what }, value);
    for (const each of [size, quota, fullAt]) each.reset();
    if (figures.database) size.set({ source: 'apiserver' }, figures.database.sizeBytes);
    if (figures.database?.quotaBytes !== undefined) quota.set({ source: 'given' }, figures.database.quotaBytes);
    if (figures.database?.fullAt !== undefined) fullAt.set({ source: 'forecast' }, figures.database.fullAt / 1000);
    look.set(figures.lookSeconds);
    resident.set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    set(cpu, (user + system) / 1e6);
  };

  return {
    contentType: registry.contentType,
    async text() {
      fill(read());
      return registry.metrics();
    },
  };
}
