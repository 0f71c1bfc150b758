import type { LiveAnalysis } from '../../../src/pipeline/live/live-analysis.ts';
import type { Etcd } from '../../etcd/harness/start-etcd.ts';
import { until } from '../../etcd/harness/until.ts';
import { countsInEtcd } from './counts-in-etcd.ts';

const prefix = '/registry/configmaps';

/**
 * Writes of ConfigMaps since the analysis began, by etcd itself and by the analysis. It waits until they are equal and
 * not 0, or the time is over: what is not equal then is the test's to tell.
 */
export async function countedAsInEtcd(
  etcd: Etcd,
  live: LiveAnalysis,
  { withinMs = 20_000 } = {},
): Promise<{ truth: number; counted: number }> {
  let last = { truth: 0, counted: 0 };
  await until(
    'everything to be counted',
    async () => {
      const { byPrefix } = await countsInEtcd(etcd, live.status().fromRevision!);
      last = {
        truth: byPrefix.get(prefix)?.writes ?? 0,
        counted: live.report(0).resources.find((each) => each.prefix === prefix)?.writes ?? 0,
      };
      return last.truth > 0 && last.truth === last.counted;
    },
    { withinMs, everyMs: 500 },
  ).catch(() => undefined);
  return last;
}
