import type { Changes } from '../../history/changes.ts';
import { definePattern } from '../define-pattern.ts';
import { isPolicyReport } from '../kyverno.ts';
import { samplesWriters } from '../sample-writers.ts';
import { percent, rounded } from '../sentences.ts';

export const policyReportRewrite = definePattern({
  id: 'policy-report-rewrite',
  title: 'Policy reports are rewritten although only the timestamps of their results move.',
  explanation:
    'Kyverno rewrites the report of an object whenever it judges it again. In most of those writes nothing but results[].timestamp differs, yet the whole report, often large, is stored anew. A delay of 10 s caps one report near six writes a minute, so the share of timestamp-only changes over the prefix is the steadier sign.',
  notThis: ['reports whose results change', 'a handful of reports rewritten after a policy was added'],
  refines: ['status-self-trigger'],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 5, doc: 'writes a minute of one report' },
    prefixPerMinute: { default: 60, doc: 'updates a minute over all reports' },
    timestampOnly: { default: 0.5, doc: 'share of changes in which nothing but timestamps or order moved' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    changes: { default: 10, doc: 'changes that must have been compared' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes }, thresholds) => {
        if (!isPolicyReport(resource) || !rate) return;
        if (rate.perMinute < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes) return;
        if (changes.count < thresholds.changes || emptyShare([changes]) < thresholds.timestampOnly) return;
        return {
          confidence: 'high',
          ref,
          fields: changes.timestampPaths.slice(0, 3),
          writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            perMinute: rounded(rate.perMinute),
            emptyChanges: percent(emptyShare([changes])),
            changes: changes.count,
          },
          cause: `${percent(emptyShare([changes]))} % of its rewrites move nothing but the timestamps of results`,
        };
      },
    },
    prefix: {
      needs: ['history', 'time'],
      evaluate: ({ count, rateOf, samples }, thresholds) => {
        if (!isPolicyReport(count)) return;
        const updates = rateOf(count.writes - count.creates - count.deletes);
        if (
          !updates ||
          updates.perMinute < thresholds.prefixPerMinute ||
          updates.sustainedMinutes < thresholds.sustainedMinutes
        )
          return;
        const changes = samples.map((sample) => sample.changes);
        const compared = changes.reduce((sum, { count: pairs }) => sum + pairs, 0);
        const empty = emptyShare(changes);
        if (compared < thresholds.changes || empty < thresholds.timestampOnly) return;
        return {
          confidence: 'high',
          fields: [...new Set(changes.flatMap(({ timestampPaths }) => timestampPaths))].slice(0, 3),
          writers: samplesWriters(samples, count),
          evidence: { updatesPerMinute: rounded(updates.perMinute), emptyChanges: percent(empty), compared },
          cause: `${percent(empty)} % of ${compared} rewrites read in full move nothing but the timestamps of results`,
        };
      },
    },
  },
  remedy: () => ({
    summary: 'rewrite policy reports less often, or not at all',
    steps: [
      'upgrade Kyverno: later versions skip updates that change nothing',
      'leave noisy, short-lived kinds out: resourceFilters in the Kyverno ConfigMap, or a narrower match',
      'set a longer --backgroundScanInterval on the reports controller',
      'where nobody reads them: --policyReports=false on the reports controller (Helm: features.policyReports.enabled=false), or keep them outside etcd with the Reports Server',
    ],
    docs: ['https://kyverno.io/docs/policy-reports/', 'https://github.com/kyverno/kyverno/issues/10124'],
  }),
  example: {
    subject: {
      type: 'prefix',
      group: 'wgpolicyk8s.io',
      resource: 'policyreports',
      name: '/registry/wgpolicyk8s.io/policyreports',
    },
    kind: 'policyreports',
    fields: ['/results/policy=p,rule=r/timestamp/seconds'],
    writers: [{ name: 'reports-controller', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: [
    'https://github.com/kyverno/kyverno/issues/10124',
    'https://github.com/kyverno/kyverno/issues/8315',
    'https://github.com/kyverno/kyverno/issues/2674',
  ],
});

/** Changes that say nothing new, as a share of all that moved content. */
function emptyShare(changes: readonly Changes[]): number {
  const moved = changes.reduce((sum, { count, noChange }) => sum + count - noChange, 0);
  return moved === 0 ? 0 : changes.reduce((sum, { timestampOnly }) => sum + timestampOnly, 0) / moved;
}
