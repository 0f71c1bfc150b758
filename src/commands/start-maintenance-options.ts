import type { Command } from 'commander';
import { parseBudget } from '../config/amounts.ts';
import { parseDuration } from '../config/duration.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { OutOfSchedule } from '../pipeline/analyzer/start-maintenance.ts';

const startErrors = {
  noQuota: problem(
    'ANALYZER_NO_QUOTA',
    (budget: string) =>
      `--start-maintenance has a budget of ${budget} without the quota it is a share of: give --quota, or --budget in bytes`,
    2,
  ),
  silent: problem(
    'ANALYZER_SILENT',
    () =>
      '--start-maintenance is given with --no-speak, under which nothing is written to the cluster: leave one of them out',
    2,
  ),
} satisfies ErrorCatalogue;

export interface StartMaintenanceValues {
  readonly startMaintenance?: string;
  readonly budget: string;
  readonly maintenanceInterval: string;
  readonly quota?: number;
  readonly speak: boolean;
}

export function addStartMaintenanceOptions(command: Command): Command {
  return command
    .option(
      '--start-maintenance <cronjob>',
      'of the etcd behind this cluster: create a Job from it once the forecast has crossed the budget (default: never)',
    )
    .option('--budget <share|bytes>', 'with --start-maintenance: a share of the quota, or bytes', '80%')
    .option(
      '--maintenance-interval <duration>',
      'with --start-maintenance: nothing is started so long after a run',
      '1h',
    );
}

/** undefined where no run is to be started. Throws a Problem where it could never be. */
export function outOfSchedule(values: StartMaintenanceValues): OutOfSchedule | undefined {
  const { startMaintenance: cronJob, budget, maintenanceInterval, quota, speak } = values;
  if (cronJob === undefined) return undefined;
  if (!speak) throw startErrors.silent();
  const intervalMs = parseDuration('--maintenance-interval', maintenanceInterval);
  const parsed = parseBudget('--budget', budget);
  if ('bytes' in parsed) return { cronJob, budgetBytes: parsed.bytes, intervalMs };
  if (quota === undefined) throw startErrors.noQuota(budget);
  return { cronJob, budgetBytes: Math.round(parsed.share * quota), intervalMs };
}
