import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const clusterErrors = {
  noAnalyzer: problem(
    'NO_ANALYZER',
    (server: string) =>
      `no analyzer runs in the cluster at ${server}: install one, or say where it listens with --analyzer URL`,
  ),
  analyzerSilent: problem(
    'ANALYZER_SILENT',
    (where: string, why: string) =>
      `the analyzer at ${where} does not answer (${why}): see its log, and whether you may port-forward to it`,
  ),
  notAnalyzer: problem('NOT_AN_ANALYZER', (where: string) => `what answers at ${where} is no analyzer of this version`),
  notSynced: problem(
    'CLUSTER_NOT_LISTED',
    (server: string, why: string) => `the cluster at ${server} could not be listed: ${why}`,
  ),
  noWebhook: problem(
    'NO_WEBHOOK',
    (server: string) => `no webhook of kubechurn is registered in the cluster at ${server}: nothing there is throttled`,
  ),
} satisfies ErrorCatalogue;
