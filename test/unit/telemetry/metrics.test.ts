import { describe, expect, it } from '@jest/globals';
import { createMetrics, mostSeries, namedResources, type AnalyzerFigures } from '../../../src/telemetry/metrics.ts';

const figures = (more: Partial<AnalyzerFigures> = {}): AnalyzerFigures => ({
  ...{ version: '1', leader: true, synced: true, since: 0, writes: [], namespaces: [], findings: [] },
  ...{ revisions: { counted: 1, growth: 2 }, watches: {}, fullWatches: 0, gaps: 0, objects: 0 },
  ...{ requests: { received: 0, dropped: 0 }, ownWrites: {}, database: undefined, lookSeconds: 0 },
  ...more,
});
const series = async (read: () => AnalyzerFigures): Promise<string[]> =>
  (await createMetrics(read).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the metrics', () => {
  it('stay within their bound, whatever the cluster holds', async () => {
    const many = figures({
      writes: Array.from({ length: 5_000 }, (_, i) => ({ group: `g${i}`, resource: `r${i}`, total: 1 })),
      namespaces: Array.from({ length: 5_000 }, (_, i) => ({ namespace: `n${i}`, perMinute: 1 })),
      findings: Array.from({ length: 5_000 }, (_, i) => ({ pattern: `p${i}`, severity: 'warning' })),
      watches: { watching: 1, retrying: 2, forbidden: 3, starting: 4 },
      ownWrites: { lease: 1, event: 2 },
      database: { sizeBytes: 1, quotaBytes: 2, fullAt: 3 },
    });
    const lines = await series(() => many);
    expect(lines.length).toBeLessThanOrEqual(mostSeries);
    // What has no name of its own is not lost.
    expect(lines).toContain(`kubechurn_writes_total{group="",resource="other"} ${5_000 - namedResources}`);
    expect(lines).toContain('kubechurn_namespace_writes_per_minute{namespace="other"} 4980');
  });

  it('name a resource for good, so that no counter falls', async () => {
    let writes = Array.from({ length: namedResources }, (_, i) => ({ group: '', resource: `r${i}`, total: 1 }));
    const metrics = createMetrics(() => figures({ writes }));
    await metrics.text();
    writes = [{ group: '', resource: 'late', total: 99 }, ...writes];
    const text = await metrics.text();
    expect(text).toContain('resource="r0"} 1');
    expect(text).toContain('resource="other"} 99');
  });

  it('leave out what is not known', async () => {
    const lines = (await series(() => figures({ revisions: undefined }))).join('\n');
    expect(lines).not.toContain('database_size_bytes');
    expect(lines).toContain('kubechurn_coverage_known 0');
  });
});
