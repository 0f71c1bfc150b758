import { errnoOf } from '../errors/errno.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { MaintenanceWatch } from '../pipeline/maintain/watch.ts';
import type { MaintainOptions } from './maintain-settings.ts';

const metricsErrors = {
  notListening: problem(
    'MAINTAIN_METRICS_NOT_LISTENING',
    (port: number, host: string, why: string) =>
      `metrics cannot be served on port ${port} of ${host} (${why}): give another --metrics-port`,
  ),
} satisfies ErrorCatalogue;

/** Serves the metrics of `--watch`, where a port is given; `looked` is told what each look came to. */
export async function serveMaintenanceMetrics(
  { metricsPort: port, metricsHost: host }: Pick<MaintainOptions, 'metricsPort' | 'metricsHost'>,
  version: string,
): Promise<Pick<MaintenanceWatch, 'looked'> & { stop(): Promise<void> }> {
  if (port === undefined) return { looked: () => undefined, stop: async () => undefined };
  // Here, so that maintenance without metrics loads neither.
  const { createMaintenanceMetrics } = await import('../telemetry/maintenance-metrics.ts');
  const { serveHealth } = await import('../server/analyzer-api.ts');
  const metrics = createMaintenanceMetrics(version);
  const exposed = async () => ({ text: await metrics.text(), contentType: metrics.contentType });
  const server = await serveHealth({ host, port }, { notReady: () => undefined, metrics: exposed }).catch(
    (error: unknown) => {
      throw metricsErrors.notListening(port, host ?? 'all addresses', errnoOf(error));
    },
  );
  process.stderr.write(`kubechurn: metrics are served on port ${server.port}\n`);
  return {
    looked: (record) =>
      metrics.looked({
        outcome: record?.outcome ?? 'unreachable',
        at: Date.now(),
        members: (record?.members ?? []).map(({ name, sizeAfter, inUseAfter, quotaBytes }) => ({
          ...{ name, quotaBytes, sizeBytes: sizeAfter, inUseBytes: inUseAfter },
        })),
      }),
    stop: () => server.close(),
  };
}
