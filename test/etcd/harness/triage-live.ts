import { triageLive, type LiveTriage } from '../../../src/pipeline/member/triage.ts';
import { triageSnapshot } from '../../../src/pipeline/offline/triage.ts';
import { etcdConnection, type EtcdOptionValues } from '../../../src/config/etcd-options.ts';
import { churnReport, type ChurnReport } from '../../../src/report/schema.ts';
import type { CensusReport } from '../../../src/report/text/census.ts';

export type Triaged = { report: ChurnReport; census: CensusReport | undefined };

/** Triage of a live etcd inside this process, on one thread; the report is checked against its schema. */
export async function triaged(
  values: EtcdOptionValues,
  options: Partial<
    Pick<LiveTriage, 'save' | 'watchMs' | 'free' | 'temporary' | 'onCensus' | 'onProgress' | 'top' | 'triageRequests'>
  > = {},
): Promise<Triaged> {
  const connection = etcdConnection({ dialTimeout: '2s', ...values }, {});
  if (!connection) throw new Error('the test names no endpoint');
  const top = options.top ?? 20;
  const common = { top, seed: 1, version: '0.0.0' };
  const nobody = (): void => {};
  let census: CensusReport | undefined;
  const report = await triageLive({
    ...common,
    connection,
    onProgress: nobody,
    ...options,
    onCensus: (answer) => {
      census = answer;
      options.onCensus?.(answer);
    },
    triageFile: (file, refine) =>
      triageSnapshot({
        ...common,
        file,
        refine,
        skipHashCheck: true,
        threads: { extra: 0, entry: new URL('../../../src/main.ts', import.meta.url) },
        salt: 'salt',
        onProgress: nobody,
      }),
  });
  return { report: churnReport.parse(report), census };
}

/** The sentence that triage ends with. */
export async function complaint(values: EtcdOptionValues, options?: Parameters<typeof triaged>[1]): Promise<string> {
  const [outcome] = await Promise.allSettled([triaged(values, options)]);
  if (outcome.status === 'fulfilled') throw new Error('triage did not fail');
  const { name, code, message } = outcome.reason as { name?: string; code?: string; message?: string };
  if (name !== 'Problem') throw outcome.reason;
  return `${code}: ${message}`;
}
