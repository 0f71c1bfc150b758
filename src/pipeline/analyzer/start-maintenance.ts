import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import { markActive, readCronJob, startJob } from '../../kube/cron-job.ts';
import { postEvent } from '../../kube/post-event.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Millis } from '../../model/write.ts';
import { asList, asObject, asText } from '../../objects/json-text.ts';
import type { Log } from '../../telemetry/log.ts';
import { bytes } from '../../words/units.ts';
import type { SizeAt } from './forecast.ts';
import { isOverBudget, whyNotStart, type CronJobState } from './maintenance-due.ts';

/** A run of maintenance out of schedule. */
export interface OutOfSchedule {
  /** Name of the CronJob, which is where we are. */
  readonly cronJob: string;
  readonly budgetBytes: number;
  readonly intervalMs: Millis;
}

interface StarterOptions extends OutOfSchedule {
  readonly api: KubeApi;
  readonly namespace: string;
  /** This process, for the Event. */
  readonly instance: string;
  readonly log: Log;
  readonly now: () => Millis;
  /** A write of ours was made. */
  readonly onWrite: (what: 'maintenance' | 'event') => void;
}

/** Names of Jobs take 63 characters. */
const longestName = 63 - '-forecast'.length;

/**
 * Starts a run once the forecast has crossed the budget. There is one name for all of them: while a Job of it runs, and an
 * interval longer, the API server refuses another, also one of another replica. Never rejects.
 */
export function createMaintenanceStarter(options: StarterOptions): (sizes: readonly SizeAt[]) => Promise<void> {
  const { api, namespace, cronJob: name, budgetBytes, intervalMs, log, now, onWrite } = options;
  const jobName = `${name.slice(0, longestName)}-forecast`;
  let startedAt: Millis | undefined;
  let looking = false;
  let told: string | undefined;
  const notStarted = (why: string): void => {
    if (why !== told) log('warn', 'maintenance not started', { cronJob: name, why });
    told = why;
  };

  const start = async (sizeBytes: number): Promise<void> => {
    const cronJob = await readCronJob(api, namespace, name);
    const why = whyNotStart({ cronJob: stateOf(cronJob), startedAt, intervalMs, now: now() });
    if (why !== undefined) return notStarted(why);
    const job = await startJob(api, {
      ...{ cronJob, namespace, name: jobName, keptSeconds: Math.ceil(intervalMs / 1000) },
      annotations: { 'kubechurn.dev/started-by': 'forecast' },
    });
    if (!job) return notStarted(`Job ${jobName} is still there`);
    startedAt = now();
    told = undefined;
    onWrite('maintenance');
    log('info', 'maintenance started', { cronJob: name, job: jobName, sizeBytes, budgetBytes });
    await markActive(api, cronJob, job).then(() => onWrite('maintenance'), failed('maintenance not made known'));
    await postEvent(api, eventOf(cronJob, sizeBytes)).then(() => onWrite('event'), failed('event not posted'));
  };
  const failed =
    (message: string) =>
    (error: unknown): void =>
      log('warn', message, { why: wordsOf(error) });
  const eventOf = (cronJob: JsonObject, sizeBytes: number): Parameters<typeof postEvent>[1] => {
    const uid = asText(asObject(cronJob['metadata'])['uid']);
    return {
      about: { group: 'batch', kind: 'CronJob', namespace, name, ...(uid !== undefined && { uid }) },
      ...{ type: 'Normal', reason: 'MaintenanceStarted', action: 'Create', at: now(), instance: options.instance },
      note: `Job ${jobName} was started out of schedule: the database has ${bytes(sizeBytes)}, its budget is ${bytes(budgetBytes)}`,
    };
  };

  return async (sizes) => {
    const last = sizes.at(-1);
    if (looking || !last || !isOverBudget(sizes, budgetBytes, now())) return;
    looking = true;
    try {
      await start(last.sizeBytes);
    } catch (error) {
      notStarted(wordsOf(error));
    } finally {
      looking = false;
    }
  };
}

function stateOf({ spec, status }: JsonObject): CronJobState {
  const { active, lastScheduleTime, lastSuccessfulTime } = asObject(status);
  const times = [lastScheduleTime, lastSuccessfulTime].map((time) => Date.parse(asText(time) ?? ''));
  const last = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return {
    suspended: asObject(spec)['suspend'] === true,
    active: asList(active).length,
    lastRunAt: Number.isFinite(last) ? last : undefined,
  };
}

function wordsOf(error: unknown): string {
  return isApiFailure(error) || error instanceof Error ? error.message : String(error);
}
