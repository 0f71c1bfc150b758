import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Environment } from '../config/etcd-options.ts';
import { look } from '../maintenance/checks/look.ts';
import { runChecks } from '../maintenance/checks/run-checks.ts';
import { createLocalVolumes } from '../maintenance/local-disk.ts';
import { flagsInFile } from '../maintenance/targets/flags.ts';
import type { CheckOutcome } from '../model/check.ts';
import { targetConnection, type TargetOptions } from './target-options.ts';

export interface CheckSettings {
  readonly betweenMs: number;
  readonly version: string;
  readonly environment: Environment;
}

/** Looks at an etcd and judges what was seen. Writes nothing. Throws Problems for options that cannot be right. */
export async function checkEtcd(
  options: TargetOptions,
  { betweenMs, environment }: CheckSettings,
): Promise<{ readonly target: string; readonly checks: readonly CheckOutcome[] }> {
  const { target, connection, flags: stated, close } = await targetConnection(options, environment);
  const flagsHere = flagsOfFiles(target.flagFiles);
  const seen = await look({
    connection,
    target,
    ...(stated && { flags: stated }),
    ...(flagsHere && { flagsHere }),
    betweenMs,
    now: Date.now,
    wait: setTimeout,
    volumeOf: createLocalVolumes(),
  }).finally(close);
  return { target: target.name, checks: runChecks(seen) };
}

/** Of the first of these files that is here and may be read. */
function flagsOfFiles(files: readonly string[]): ReadonlyMap<string, string> | undefined {
  for (const file of files) {
    try {
      return flagsInFile(readFileSync(file, 'utf8'));
    } catch {
      // Known from elsewhere, or not at all: the check then says so.
    }
  }
  return undefined;
}
