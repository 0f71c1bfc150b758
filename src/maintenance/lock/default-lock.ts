import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../errors/errno.ts';
import { maintenanceErrors } from '../errors.ts';
import { hostTargets } from '../targets/parse-target.ts';

/**
 * The file that keeps runs of this host apart where --lock names none. On a control plane node it is the one of the chart's
 * pod, whose temporary directory is not the node's (chart/templates/maintenance/_target.tpl). Throws MAINTAIN_LOCK_UNWRITABLE.
 */
export function defaultLock(clusterId: string, target: string | undefined, run = '/run'): string {
  if (!hostTargets.some(({ name }) => name === target)) return join(tmpdir(), `kubechurn-maintain-${clusterId}.lock`);
  const lock = join(run, 'kubechurn/maintain.lock');
  try {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw maintenanceErrors.lockUnwritable(lock, errnoOf(error));
  }
  return lock;
}
