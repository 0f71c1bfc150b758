import { parseBudget, parseBytes, parseCount, parseShare } from '../config/amounts.ts';
import { parseDuration } from '../config/duration.ts';
import type { Environment } from '../config/etcd-options.ts';
import { directoryStore } from '../maintenance/backup/directory.ts';
import { readBackupKey } from '../maintenance/backup/encryption.ts';
import type { Retention } from '../maintenance/backup/name.ts';
import { parseEndpoint, parseS3Place } from '../maintenance/backup/s3-place.ts';
import { s3Store } from '../maintenance/backup/s3-store.ts';
import type { BackupStore } from '../maintenance/backup/store.ts';
import type { Keep, MaintenanceSettings } from '../maintenance/plan/settings.ts';
import type { Pace } from '../maintenance/ports.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import { freeSpace } from '../sources/snapshot/spool-target.ts';
import type { TargetOptions } from './target-options.ts';

const settingsErrors = {
  metricsWithoutWatch: problem(
    'MAINTAIN_METRICS_WITHOUT_WATCH',
    () => '--metrics-port is for --watch: a single run ends before anybody could ask it',
    2,
  ),
} satisfies ErrorCatalogue;

export interface MaintainOptions extends TargetOptions {
  readonly budget: string;
  readonly maxFragmentation: string;
  /** Absent: the default, of which less may be kept in need. */
  readonly keep?: string;
  readonly backup?: string;
  readonly backupCount?: string;
  readonly backupAge?: string;
  readonly backupKey?: string;
  readonly backupEndpoint?: string;
  readonly backupAddressing?: 'path' | 'virtual';
  readonly evidence: 'on' | 'off';
  readonly dryRun: boolean;
  readonly watch: boolean;
  readonly every: string;
  /** Absent: no metrics are served. */
  readonly metricsPort?: number;
  readonly metricsHost?: string;
  readonly quota?: string;
  readonly freeDisk?: string;
  readonly probeBudget?: string;
  readonly acceptOutage: boolean;
  readonly acceptVersionRisk: boolean;
  readonly verifyHash: boolean;
  readonly lock?: string;
  readonly lease?: string;
  readonly settle: string;
  readonly rearmWatch: string;
  readonly patience: string;
  readonly defragmentTimeout?: string;
  readonly output: 'text' | 'json';
}

export interface ParsedOptions {
  readonly settings: MaintenanceSettings;
  readonly pace: Pace;
  readonly retention: Retention;
  readonly everyMs: number;
  readonly backup?: BackupStore;
}

/** Throws a Problem for the first option that cannot be understood, before anything is asked of any etcd. */
export function parseMaintainOptions(options: MaintainOptions, environment: Environment = {}): ParsedOptions {
  if (options.metricsPort !== undefined && !options.watch) throw settingsErrors.metricsWithoutWatch();
  const { quota, freeDisk, probeBudget, defragmentTimeout, backupCount, backupAge } = options;
  const retention = {
    ...(backupCount !== undefined && { count: Math.max(1, parseCount('--backup-count', backupCount)) }),
    ...(backupAge !== undefined && { ageMs: parseDuration('--backup-age', backupAge) }),
  };
  const store = backupStore(options, retention, environment);
  return {
    settings: {
      budget: parseBudget('--budget', options.budget),
      maxFragmentation: parseShare('--max-fragmentation', options.maxFragmentation),
      keep: parseKeep(options.keep ?? '5m'),
      keepIsDefault: options.keep === undefined,
      evidence: options.evidence === 'on',
      acceptOutage: options.acceptOutage,
      acceptVersionRisk: options.acceptVersionRisk,
      ...(quota !== undefined && { quotaBytes: parseBytes('--quota', quota) }),
      ...(freeDisk !== undefined && { freeDiskBytes: parseBytes('--free-disk', freeDisk) }),
      ...(probeBudget !== undefined && { probeBudgetMs: parseDuration('--probe-budget', probeBudget) }),
    },
    pace: {
      pause: pauseOf('--settle', options.settle),
      rearmWatch: pauseOf('--rearm-watch', options.rearmWatch),
      patience: parseDuration('--patience', options.patience),
      ...(defragmentTimeout !== undefined && {
        defragmentDeadline: parseDuration('--defragment-timeout', defragmentTimeout),
      }),
    },
    retention,
    everyMs: parseDuration('--every', options.every),
    ...(store && { backup: store }),
  };
}

/** Reaches nothing yet. */
function backupStore(
  options: MaintainOptions,
  retention: Retention,
  environment: Environment,
): BackupStore | undefined {
  const { backup, backupKey, backupEndpoint, backupAddressing } = options;
  const key = backupKey === undefined ? {} : { key: readBackupKey(backupKey) };
  const given = [backupEndpoint, environment['AWS_ENDPOINT_URL_S3'], environment['AWS_ENDPOINT_URL']].find(
    (text) => text !== undefined && text !== '',
  );
  if (backup === undefined) return undefined;
  const place = parseS3Place(backup);
  if (!place) return directoryStore(backup, { ...key, free: freeSpace });
  const pathStyle = (backupAddressing ?? (given === undefined ? 'virtual' : 'path')) === 'path';
  return s3Store({
    ...{ place, pathStyle, retention },
    ...key,
    ...(given !== undefined && { endpoint: parseEndpoint(given) }),
  });
}

/** `5m`, or a number of revisions; 0 keeps none but the newest. */
function parseKeep(text: string): Keep {
  return /^\d+$/.test(text)
    ? { revisions: parseCount('--keep', text) }
    : { milliseconds: parseDuration('--keep', text) };
}

function pauseOf(option: string, text: string): number {
  return /^0(s|ms)?$/.test(text) ? 0 : parseDuration(option, text);
}
