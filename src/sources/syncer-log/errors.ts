import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const whatToGive = 'give what "kubectl logs" says of the syncer container of a vCluster';

export const syncerErrors = {
  noLines: problem('SYNCER_LOG_UNKNOWN', (file: string) => `${file} is no log of a vCluster's syncer: ${whatToGive}`),
} satisfies ErrorCatalogue;
