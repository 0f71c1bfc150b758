import { isProblem } from '../../errors/problem.ts';
import { maintenanceErrors } from '../errors.ts';
import type { Lock } from '../ports.ts';

export interface LeaseTaking {
  /** Throws Problems. */
  readonly take: () => Promise<Lock>;
  /** `Lease team-a/kubechurn-maintain-shop`. */
  readonly name: string;
  /** Whether the run may go on under the file alone. */
  readonly isOptional: boolean;
}

/**
 * The file keeps runs of this host apart, the Lease those of all hosts. Throws MAINTAIN_LOCKED where that is held, and
 * MAINTAIN_NO_LEASE where one that was asked for cannot be had; then the file is free again.
 */
export async function takeBoth(file: Lock, { take, name, isOptional }: LeaseTaking): Promise<Lock> {
  try {
    const lease = await take();
    return {
      why: lease.why,
      isHeld: () => file.isHeld() && lease.isHeld(),
      async release() {
        await lease.release();
        await file.release();
      },
    };
  } catch (error) {
    const isUnavailable = isProblem(error) && !decided.includes(error.code);
    if (isUnavailable && isOptional)
      return { ...file, why: `${file.why} on this host; those on others are not kept out: ${error.message}` };
    await file.release();
    throw isUnavailable ? maintenanceErrors.noLease(name, error.message) : error;
  }
}

/** Not about whether a Lease can be had. */
const decided: readonly string[] = [maintenanceErrors.locked.code, maintenanceErrors.interrupted.code];
