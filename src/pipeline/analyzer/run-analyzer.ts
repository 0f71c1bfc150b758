import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import { electLeader, slowRenewal } from '../../kube/leader.ts';
import type { Pause } from '../../kube/pause.ts';
import { postEvent } from '../../kube/post-event.ts';
import { readStorageSize } from '../../kube/storage-size.ts';
import { createTokenReviewer } from '../../kube/token-review.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import type { AcceptEntry } from '../../model/accept.ts';
import type { Millis } from '../../model/write.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { Address } from '../../server/address.ts';
import { serveHealth, serveReading, serveTaking, type Listening } from '../../server/analyzer-api.ts';
import type { Log } from '../../telemetry/log.ts';
import { createMetrics, type AnalyzerFigures } from '../../telemetry/metrics.ts';
import { startLiveAnalysis, type LiveAnalysis } from '../live/live-analysis.ts';
import type { PromotionLimits } from '../live/promotion.ts';
import type { WindowLimits } from '../live/window.ts';
import { connectMembers } from '../member/members.ts';
import { createAnnouncer } from './announce.ts';
import { watchEtcdBeside } from './etcd-beside.ts';
import { quotaReachedAt, type SizeAt } from './forecast.ts';
import { createMaintenanceStarter, type OutOfSchedule } from './start-maintenance.ts';
import { createTaker } from './taker.ts';

export interface AnalyzerOptions {
  readonly api: KubeApi;
  readonly version: string;
  /** Where we run, and under which name. */
  readonly namespace: string;
  readonly identity: string;
  readonly secrets: boolean;
  readonly seed: number;
  readonly salt: string;
  readonly reading: Address;
  readonly health: Address;
  /** Where webhooks send to; undefined to take nothing. */
  readonly taking?: Address;
  /** Accounts that webhooks use. */
  readonly webhooks: readonly string[];
  readonly audiences: readonly string[];
  /** False to write neither Lease nor Events. */
  readonly speak: boolean;
  readonly quotaBytes?: number;
  /** Run maintenance out of schedule where the forecast asks for it. */
  readonly maintenance?: OutOfSchedule;
  readonly window?: WindowLimits;
  readonly promotion?: PromotionLimits;
  readonly accept?: readonly AcceptEntry[];
  readonly thresholds?: ThresholdSettings;
  /** Where etcd is within reach: it shows every write, also those no API watch does. Read anew for each attempt. */
  readonly etcd?: () => EtcdConnection;
  readonly log: Log;
  readonly now: () => Millis;
  readonly pause: Pause;
  readonly random: () => number;
}

export interface RunningAnalyzer {
  readonly live: LiveAnalysis;
  readonly ports: { readonly api: number; readonly health: number; readonly taking: number | undefined };
  stop(): Promise<void>;
}

const leaseName = 'kubechurn-analyzer';
const sizeEvery = 60_000;
const sizesKept = 1_440;

/** Watches, explains, serves and speaks until stopped. */
export async function runAnalyzer(options: AnalyzerOptions): Promise<RunningAnalyzer> {
  const { api, log, now, pause, version } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const own = { lease: 0, event: 0, maintenance: 0 };
  const requests = { received: 0, dropped: 0 };
  const sizes: SizeAt[] = [];
  let leading = false;

  const announce = createAnnouncer({
    resources: () =>
      new Map(live.status().resources.map((state) => [`${state.resource.resource}.${state.resource.group}`, state])),
    home: { group: '', kind: 'Namespace', name: options.namespace },
    now,
  });
  const live: LiveAnalysis = startLiveAnalysis({
    ...options,
    onTransition(transition) {
      const { finding } = transition.standing;
      log(
        transition.what === 'raised' ? 'warn' : 'info',
        transition.what === 'raised' ? 'finding raised' : 'finding cleared',
        {
          ...{ pattern: finding.pattern, severity: finding.severity, confidence: finding.confidence },
          subject: [finding.subject.resource, finding.subject.namespace, finding.subject.name]
            .filter(Boolean)
            .join('/'),
        },
      );
      if (!leading) return;
      const event = announce(transition);
      if (!event) return;
      own.event++;
      const { reason } = event;
      void postEvent(api, { ...event, action: 'Watch', at: now(), instance: options.identity }).catch(
        (error: unknown) => {
          log('warn', 'event not posted', { reason, why: isApiFailure(error) ? error.message : String(error) });
        },
      );
    },
  });

  const startMaintenance =
    options.maintenance &&
    createMaintenanceStarter({
      ...options.maintenance,
      ...{ api, log, now, namespace: options.namespace, instance: options.identity },
      onWrite: (what) => void own[what]++,
    });
  const election = options.speak
    ? electLeader({
        ...{
          api,
          namespace: options.namespace,
          name: leaseName,
          identity: options.identity,
          signal,
          now,
          pause,
        },
        ...slowRenewal,
        onWrite: () => void own.lease++,
        onTrouble: (why) =>
          why === undefined ? log('info', 'election goes on') : log('warn', 'no leader elected', { why }),
        onChange(next) {
          leading = next;
          log('info', next ? 'leading' : 'following');
          if (next) void startMaintenance?.(sizes);
        },
      })
    : Promise.resolve();
  void watchSize();
  const { etcd } = options;
  if (etcd)
    void watchEtcdBeside({
      ...{ signal, pause, random: options.random, onWrite: live.onStored },
      connect: async () => connectMembers(etcd()),
      onState(state) {
        live.setSeesEtcd(state.name === 'watching');
        if (state.name === 'watching') log('info', 'etcd watched');
        else log('warn', 'etcd not watched', { why: state.why });
      },
    });
  void tellBeginning();

  async function tellBeginning(): Promise<void> {
    await live.synced;
    const { fromRevision, resources, objects } = live.status();
    log('info', 'counting began', { fromRevision, resources: resources.length, objects });
  }

  async function watchSize(): Promise<void> {
    while (!signal.aborted) {
      const sizeBytes = await readStorageSize(api);
      if (sizeBytes !== undefined) sizes.push({ at: now(), sizeBytes });
      if (sizes.length > sizesKept) sizes.shift();
      if (leading) await startMaintenance?.(sizes);
      await pause(sizeEvery, signal);
    }
  }

  const figures = (): AnalyzerFigures => {
    const status = live.status();
    return {
      ...{ version, leader: leading, synced: status.synced, since: status.since, ownWrites: own, requests },
      writes: status.resources.map(({ resource: { group, resource }, writes: total }) => ({ group, resource, total })),
      namespaces: byNamespace(live.top()),
      findings: live.standing().map(({ finding }) => finding),
      revisions: status.isEtcd ? status.coverage : undefined,
      watches: countBy(status.resources.map(({ state }) => state)),
      fullWatches: status.fullWatches,
      gaps: status.resources.reduce((sum, { relists }) => sum + relists, 0),
      objects: status.objects,
      database: databaseFigures(),
      lookSeconds: status.lastLookMs / 1000,
    };
  };
  const databaseFigures = (): AnalyzerFigures['database'] => {
    const sizeBytes = sizes.at(-1)?.sizeBytes;
    if (sizeBytes === undefined) return undefined;
    const { quotaBytes } = options;
    return { sizeBytes, quotaBytes, fullAt: quotaBytes === undefined ? undefined : quotaReachedAt(sizes, quotaBytes) };
  };

  const take = createTaker(live, now, (taken, dropped) => {
    requests.received += taken;
    requests.dropped += dropped;
  });
  const metrics = createMetrics(figures);
  const review = createTokenReviewer(api, options.audiences, now);
  const listening: Listening[] = [];
  try {
    listening.push(
      await serveReading(options.reading, {
        report: (top) => live.report(top),
        findings: () => live.standing(),
        top: () => ({ keys: live.top() }),
        status: () =>
          statusOf(live, {
            requests,
            leading,
            namespace: options.namespace,
            identity: options.identity,
            version,
            database: databaseFigures(),
          }),
      }),
      await serveHealth(options.health, {
        notReady: () => (live.status().synced ? undefined : 'the first lists are not complete'),
        metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
      }),
    );
    if (options.taking)
      listening.push(
        await serveTaking(options.taking, {
          userOf: async (token) => (await review(token)).user,
          isAllowed: (user) => options.webhooks.includes(user),
          take,
        }),
      );
  } catch (error) {
    ending.abort();
    live.stop();
    await Promise.all(listening.map((each) => each.close()));
    throw error;
  }
  return {
    live,
    ports: { api: listening[0]!.port, health: listening[1]!.port, taking: listening[2]?.port },
    async stop() {
      ending.abort();
      live.stop();
      await Promise.all(listening.map((each) => each.close()));
      await election;
    },
  };
}

function statusOf(live: LiveAnalysis, more: object): object {
  const { resources, ...status } = live.status();
  return {
    ...more,
    ...status,
    resources: resources.map(({ resource: { group, version, resource }, state, why, writes, liveKeys, relists }) => ({
      ...{ group, version, resource, state, writes, liveKeys, relists },
      ...(why !== '' && { why }),
    })),
  };
}

function byNamespace(hot: ReturnType<LiveAnalysis['top']>): { namespace: string; perMinute: number }[] {
  const sums = new Map<string, number>();
  for (const { resource, perMinute } of hot) {
    const namespace = resource?.namespace ?? '';
    sums.set(namespace, (sums.get(namespace) ?? 0) + perMinute);
  }
  return [...sums]
    .map(([namespace, perMinute]) => ({ namespace, perMinute }))
    .sort((a, b) => b.perMinute - a.perMinute);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
