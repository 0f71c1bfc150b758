import { parseBudget, parseBytes, parseCount, parseShare } from '../config/amounts.ts';
import { parseDuration } from '../config/duration.ts';
import { readBackupKey } from '../maintenance/backup/encryption.ts';
import type { Retention } from '../maintenance/backup/directory.ts';
import type { Keep, MaintenanceSettings } from '../maintenance/plan/settings.ts';
import type { Pace } from '../maintenance/ports.ts';
import type { TargetOptions } from './target-options.ts';

export interface MaintainOptions extends TargetOptions {
  readonly budget: string;
  readonly maxFragmentation: string;
  /** Absent: the default, of which less may be kept in need. */
  readonly keep?: string;
  readonly backup?: string;
  readonly backupCount?: string;
  readonly backupAge?: string;
  readonly backupKey?: string;
  readonly evidence: 'on' | 'off';
  readonly dryRun: boolean;
  readonly watch: boolean;
  readonly every: string;
  readonly quota?: string;
  readonly freeDisk?: string;
  readonly probeBudget?: string;
  readonly acceptOutage: boolean;
  readonly acceptVersionRisk: boolean;
  readonly verifyHash: boolean;
  readonly lock?: string;
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
  readonly backupKey?: Buffer;
}

/** Throws a Problem for the first option that cannot be understood, before anything is asked of any etcd. */
export function parseMaintainOptions(options: MaintainOptions): ParsedOptions {
  const { quota, freeDisk, probeBudget, defragmentTimeout, backupCount, backupAge, backupKey } = options;
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
    retention: {
      ...(backupCount !== undefined && { count: Math.max(1, parseCount('--backup-count', backupCount)) }),
      ...(backupAge !== undefined && { ageMs: parseDuration('--backup-age', backupAge) }),
    },
    everyMs: parseDuration('--every', options.every),
    ...(backupKey !== undefined && { backupKey: readBackupKey(backupKey) }),
  };
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
