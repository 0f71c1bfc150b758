import type { ResourceKey } from '../../model/resource.ts';
import { definePattern } from '../define-pattern.ts';
import { samplesWriters } from '../sample-writers.ts';
import { nameOf, rounded } from '../sentences.ts';

const megabyte = 1_000_000;

export const bulkReports = definePattern({
  id: 'bulk-reports',
  title: 'A scanner keeps megabytes of reports in etcd.',
  explanation:
    'Trivy Operator stores what it finds as custom resources: one report per container and kind, tens to hundreds of kilobytes each, written anew with every scan. The number of writes is small, the bytes are not; the largest reports hit the request limit of etcd. SBOMs are the largest and seldom read.',
  notThis: ['reports that come one by one as workloads are rolled out', 'many small reports'],
  loop: false,
  symptom: false,
  thresholds: {
    megabytesPerMinute: { default: 5, doc: 'megabytes a minute written to one kind of report' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    objectMegabytes: { default: 1, doc: 'megabytes of one report, whatever the pace; etcd refuses 1.5' },
  },
  rules: {
    object: {
      needs: ['history'],
      evaluate: ({ resource, ref, count, changes }, { objectMegabytes }) => {
        if (!isReport(resource) || count.maxBytes <= objectMegabytes * megabyte) return;
        const size = rounded(count.maxBytes / megabyte);
        return {
          confidence: 'high',
          ref,
          writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: { megabytes: size },
          cause: `it takes ${size} MB, and etcd refuses what is above 1.5 MB`,
        };
      },
    },
    prefix: {
      needs: ['time'],
      evaluate: ({ count, rateOf, samples }, { megabytesPerMinute, sustainedMinutes }, { counted }) => {
        if (!isReport(count)) return;
        const flow = rateOf(count.bytes);
        if (!flow || flow.perMinute < megabytesPerMinute * megabyte || flow.sustainedMinutes < sustainedMinutes) return;
        const perMinute = rounded(flow.perMinute / megabyte);
        return {
          confidence: 'high',
          writers: samplesWriters(samples, count),
          evidence: {
            megabytesPerMinute: perMinute,
            minutes: rounded(flow.sustainedMinutes),
            liveReports: count.liveKeys,
            kilobytesEach: rounded(count.bytes / Math.max(1, count.writes - count.deletes) / 1000),
            bytesPercent: rounded((100 * count.bytes) / Math.max(1, counted.totals.bytes)),
          },
          cause: `${perMinute} MB of reports are written a minute`,
        };
      },
    },
  },
  remedy: ({ subject, kind }) => ({
    summary: 'write fewer and smaller reports, or keep them outside etcd',
    steps: [
      ...(subject.resource === undefined || /sbom/.test(subject.resource)
        ? ['switch SBOMs off where nothing reads them (Helm: operator.sbomGenerationEnabled=false)']
        : [
            'report only what somebody acts on (Helm: trivy.severity=HIGH,CRITICAL and trivy.ignoreUnfixed=true), and switch SBOMs off (operator.sbomGenerationEnabled=false)',
          ]),
      'scan less often: a longer operator.scannerReportTTL (default 24h); fewer at once: operator.scanJobsConcurrentLimit (default 10)',
      'leave namespaces out that need no scan (Helm: excludeNamespaces, a list with commas)',
      ...(subject.type === 'object' ? [`until then exclude what ${nameOf(kind, subject)} is about`] : []),
    ],
    docs: ['https://aquasecurity.github.io/trivy-operator/latest/getting-started/installation/configuration/'],
  }),
  example: {
    subject: {
      type: 'prefix',
      group: 'aquasecurity.github.io',
      resource: 'sbomreports',
      name: '/registry/aquasecurity.github.io/sbomreports',
    },
    kind: 'sbomreports',
    fields: [],
    writers: [{ name: 'trivy-operator', kind: 'fieldManager', confidence: 'low', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/aquasecurity/trivy-operator/issues/2335',
    'https://github.com/aquasecurity/trivy-operator/issues/441',
    'https://github.com/aquasecurity/trivy-operator/blob/main/deploy/helm/values.yaml',
  ],
});

function isReport({ group, resource }: Pick<ResourceKey, 'group' | 'resource'>): boolean {
  return group === 'aquasecurity.github.io' && resource.endsWith('reports');
}
