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
  noLease: problem(
    'MAINTAIN_NO_LEASE',
    (lease: string, why: string) =>
      `nothing was changed, because ${lease} cannot be taken: ${why}; with --lease off only runs of this host are kept apart`,
  ),
  badLease: problem(
    'MAINTAIN_BAD_LEASE',
    (text: string) => `--lease takes NAMESPACE, NAMESPACE/NAME or off, not "${text}"`,
    2,
  ),
} satisfies ErrorCatalogue;
