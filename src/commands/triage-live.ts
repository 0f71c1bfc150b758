import { parseDuration } from '../config/duration.ts';
import { etcdConnection, type EtcdOptionValues } from '../config/etcd-options.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { EtcdConnection } from '../etcd/connection.ts';
import type { LiveTriage } from '../pipeline/member/triage.ts';
import { censusText } from '../report/text/census.ts';
import type { ChurnReport } from '../report/schema.ts';

const liveErrors = {
  notLive: problem('TRIAGE_NOT_LIVE', (option: string) => `${option} needs a live etcd: give --etcd URL`, 2),
  twoDatabases: problem(
    'TRIAGE_TWO_DATABASES',
    () => '--snapshot and --etcd are two databases: triage reads one, and --compare tells two reports apart',
    2,
  ),
} satisfies ErrorCatalogue;

export interface LiveOptions extends EtcdOptionValues {
  readonly save?: string;
  readonly watch?: string;
}

export interface LiveWish {
  readonly connection: EtcdConnection;
  readonly save?: string;
  readonly watchMs?: number;
}

/**
 * What the options ask of a live etcd; undefined where none is asked for. ETCDCTL_ENDPOINTS names one only where no other
 * source is given, since it may be set for etcdctl's sake. Throws Problems.
 */
export function liveWish(
  options: LiveOptions,
  { snapshot, elsewhere }: { readonly snapshot: boolean; readonly elsewhere: boolean },
  environment: NodeJS.ProcessEnv,
  target?: { readonly connection: EtcdConnection },
): LiveWish | undefined {
  const { ETCDCTL_ENDPOINTS: endpoints, ...others } = environment;
  const connection =
    target?.connection ?? etcdConnection(options, elsewhere ? others : { ...others, ETCDCTL_ENDPOINTS: endpoints });
  const { save, watch } = options;
  if (connection === undefined) {
    if (save !== undefined) throw liveErrors.notLive('--save');
    if (watch !== undefined) throw liveErrors.notLive('--watch');
    return undefined;
  }
  if (snapshot) throw liveErrors.twoDatabases();
  return {
    connection,
    ...(save !== undefined && { save }),
    ...(watch !== undefined && { watchMs: parseDuration('--watch', watch) }),
  };
}

/** Loads what talks to etcd only here: a file's triage starts without it. */
export async function triageEtcd(
  live: Omit<LiveTriage, 'onCensus'>,
  tell: (text: string) => void,
): Promise<ChurnReport> {
  const { triageLive } = await import('../pipeline/member/triage.ts');
  return triageLive({ ...live, onCensus: (answer) => tell(censusText(answer)) });
}
