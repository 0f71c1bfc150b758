import { problem, type ErrorCatalogue } from '../errors/problem.ts';

export const maintenanceErrors = {
  interrupted: problem(
    'MAINTAIN_INTERRUPTED',
    (signal: string) => `stopped by ${signal}: run it again, it goes on from what it finds`,
  ),
  locked: problem(
    'MAINTAIN_LOCKED',
    (file: string, holder: string) => `another maintenance holds ${file}: ${holder}; wait for it to end`,
  ),
  lockUnwritable: problem(
    'MAINTAIN_LOCK_UNWRITABLE',
    (file: string, why: string) => `the lock ${file} cannot be written (${why}): give --lock FILE in another directory`,
  ),
  lockLost: problem(
    'MAINTAIN_LOCK_LOST',
    (file: string) => `somebody else took the lock ${file} over, because this process had stopped: run it again`,
  ),
} satisfies ErrorCatalogue;
