import { randomBytes } from 'node:crypto';
import { setTimeout as patience } from 'node:timers/promises';
import { problemOf, type KubeApi } from '../../kube/api.ts';
import { pause } from '../../kube/pause.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import { churnReport, type ChurnReport } from '../../report/schema.ts';
import { apiPaths } from '../../server/paths.ts';
import { startLiveAnalysis } from '../live/live-analysis.ts';
import { clusterErrors } from './errors.ts';
import { findAnalyzer, reachPod, type Analyzer } from './reach-analyzer.ts';

export interface ClusterTriage {
  readonly api: KubeApi;
  /** Watch by ourselves for so long, whether or not an analyzer runs. */
  readonly watchMs?: number;
  readonly secrets: boolean;
  readonly top: number;
  readonly version: string;
  /** For watching by ourselves; an analyzer has its own. */
  readonly thresholds?: ThresholdSettings;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
}

const usualWatch = 60_000;
const listPatience = 60_000;

/** A live cluster -> the report: what its analyzer has seen, or what we see in a minute of our own. */
export async function triageCluster(options: ClusterTriage): Promise<ChurnReport> {
  const { api, watchMs, onProgress } = options;
  if (watchMs === undefined) {
    onProgress('looking for the analyzer');
    const target = await findAnalyzer(api);
    if (target) {
      const analyzer = await reachPod(api, target);
      try {
        return await askedReport(analyzer, options.top);
      } finally {
        analyzer.close();
      }
    }
  }
  return watchedReport(options, watchMs ?? usualWatch);
}

/** What an analyzer has seen. Throws clusterErrors. */
export async function askedReport(analyzer: Analyzer, top: number): Promise<ChurnReport> {
  const parsed = churnReport.safeParse(await analyzer.get(`${apiPaths.report}?top=${top}`));
  if (!parsed.success) throw clusterErrors.notAnalyzer(analyzer.name);
  return parsed.data;
}

async function watchedReport(
  { api, secrets, top, version, thresholds, onProgress }: ClusterTriage,
  watchMs: number,
): Promise<ChurnReport> {
  // Whatever would keep every watch from starting is told at once.
  await api.call('/version').catch((error: unknown) => {
    throw problemOf(error, 'asking for the version', api.server);
  });
  const live = startLiveAnalysis({
    ...{ api, secrets, version, now: Date.now, random: Math.random, pause },
    seed: randomBytes(4).readUInt32LE(),
    salt: randomBytes(16).toString('hex'),
    ...(thresholds && { thresholds }),
  });
  try {
    onProgress('listing what there is');
    const listed = await Promise.race([live.synced.then(() => true), patience(listPatience, false, { ref: false })]);
    if (!listed) throw clusterErrors.notSynced(api.server, live.status().notSeen.at(-1) ?? 'no answer came');
    const began = performance.now();
    for (let done = 0; done < watchMs; done = performance.now() - began) {
      onProgress('watching', done, watchMs);
      await patience(Math.min(500, watchMs - done));
    }
    live.look();
    return live.report(top);
  } finally {
    live.stop();
  }
}
