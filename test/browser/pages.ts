import type { Finding } from '../../src/model/finding.ts';
import { withAccepted } from '../../src/report/accepted.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { withComparison } from '../../src/report/compare/compare-reports.ts';
import { reportHtml } from '../../src/report/html/report-html.tsx';
import type { ChurnReport } from '../../src/report/schema.ts';
import { incident } from '../unit/report/incident.ts';
import { emptyStore, named } from '../unit/report/names.ts';

/** Everything a report may hold: many causes, a comparison, accepted findings, a fragment to paste. */
function everything(): string {
  const parts = incident();
  const [first, second] = parts.findings;
  const pasted = {
    ...second!,
    remedy: {
      ...second!.remedy,
      steps: ['in vcluster.yaml:\nsync:\n  toHost:\n    configmaps:\n      enabled: false'],
    },
  };
  const more = Array.from({ length: 6 }, (_, i): Finding => ({
    ...first!,
    pattern: `pattern-${i}`,
    severity: 'warning',
  }));
  const report = assembleReport({ ...parts, findings: [...parts.findings, pasted, ...more] });
  const earlier = {
    ...report,
    resources: report.resources.slice(2),
    findings: report.findings.slice(1),
    keys: report.keys.slice(3),
  };
  const accepted = [
    { pattern: 'annotation-heartbeat', reason: 'until the agent is replaced', expires: '2099-01-01' },
    { pattern: 'vcluster-sync-loop', reason: 'a migration', expires: '2026-01-31' },
  ];
  const judged = withAccepted(withComparison(report, earlier), accepted, '2026-03-01');
  return reportHtml({ ...judged, requests: requests() });
}

function requests(): NonNullable<ChurnReport['requests']> {
  const outcomes = { succeeded: 900, unchanged: 40, rejected: { '409': 28 }, conflicts: 28, ratePerMinute: 12.5 };
  const user = 'system:serviceaccount:kyverno:kyverno-admission-controller';
  const userAgents = ['kyverno/v1.13.0 (linux/amd64) kubernetes/$Format'];
  const refused = { group: 'apps', resource: 'deployments', namespace: 'team-a', name: 'web', user, userAgents };
  return {
    ...outcomes,
    standing: 'joined',
    sources: [{ kind: 'audit-log', name: 'audit.log', requests: 968, from: null, to: null }],
    resources: [{ group: 'apps', resource: 'deployments', ...outcomes }],
    users: [{ user, userAgents, resources: ['deployments.apps'], ...outcomes }],
    objects: [{ ...refused, reason: 'the object has been modified', ...outcomes }],
    error: 0,
  };
}

const hostile = `<script>document.title='run'</script>"'><img src=x onerror=alert(1)>\u202e\u0007\n`;

/** By what is in them. */
export const pages: Readonly<Record<string, string>> = {
  everything: everything(),
  'an empty store': reportHtml(assembleReport(emptyStore())),
  'names that attack': reportHtml(assembleReport(named(hostile))),
  'names without end': reportHtml(assembleReport(named('long-name-'.repeat(400)))),
  'one word without end': reportHtml(assembleReport(named('x'.repeat(3_000)))),
  'names from right to left': reportHtml(assembleReport(named('שלום/עולם مرحبا-بالعالم'))),
  'names in wide characters': reportHtml(assembleReport(named('設定ファイル'.repeat(40)))),
};
