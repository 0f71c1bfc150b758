import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createMaintenanceMetrics } from '../../src/telemetry/maintenance-metrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createWebhookMetrics } from '../../src/telemetry/webhook-metrics.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { inCi, objectsOf } from './harness/helm.ts';
import { promtool, promtoolOn } from './harness/promtool.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Rule = {
  readonly alert: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
};
type Groups = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };

const rulesIn = ({ groups }: Groups): Rule[] => groups.flatMap(({ rules }) => rules);
const recorded = parse(readFileSync(at('chart/files/recording-rules.yaml'), 'utf8')) as Groups;
const alerts = rulesIn(parse(readFileSync(at('chart/files/alerts.yaml'), 'utf8')) as Groups);

/** Ours, as the programs expose them. */
async function ownMetrics(): Promise<Set<string>> {
  const nothing = { version: '', leader: false, synced: false, since: 0, writes: [], namespaces: [], findings: [] };
  const analyzer = createMetrics(() => ({
    ...nothing,
    ...{ revisions: undefined, watches: {}, fullWatches: 0, gaps: 0, objects: 0, ownWrites: {}, lookSeconds: 0 },
    ...{ requests: { received: 0, dropped: 0 }, database: undefined, coverageKnown: false },
  }));
  const webhook = createWebhookMetrics(() => ({
    ...{ version: '', reviews: 0, warnings: 0, throttled: 0, refused: 0, unread: 0, delivered: 0, dropped: 0 },
    ...{ waiting: 0, failures: 0, certificateUntil: 0 },
  }));
  const maintenance = createMaintenanceMetrics('', 0);
  const text = (await analyzer.text()) + (await webhook.text()) + (await maintenance.text());
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
}

describeWith(['promtool', 'helm'], 'the alerts and the dashboard', () => {
  it('fire when they should, and only then', () => {
    expect(promtool('test', 'rules', at('test/chart/alerts.yaml'))).toBe('');
  });

  it('are each tested, firing and silent', () => {
    const tests = readFileSync(at('test/chart/alerts.yaml'), 'utf8');
    for (const { alert } of alerts) {
      expect(tests).toMatch(new RegExp(`alertname: ${alert}\n +exp_alerts:\n`));
      expect(tests).toMatch(new RegExp(`alertname: ${alert}, exp_alerts: \\[\\]`));
    }
  });

  it('have a severity, a summary, a description and a page of four sections', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
      expect(annotations['runbook_url']).toBe(`https://kubechurn.dev/docs/runbooks/${alert}.md`);
      const page = readFileSync(at(`docs/runbooks/${alert}.md`), 'utf8');
      expect(page.match(/^#+ .*/gm)).toEqual([`# ${alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
      expect(readFileSync(at('docs/runbooks/README.md'), 'utf8')).toContain(`[${alert}](${alert}.md)`);
    }
    expect(readdirSync(at('docs/runbooks'))).toHaveLength(alerts.length + 1);
  });

  it('are rendered by the chart as they are in their file, but for the release and the address of the pages', () => {
    const rule = objectsOf(inCi('everything-values.yaml')).find(
      ({ kind, metadata: { name } }) => kind === 'PrometheusRule' && name === 'churn',
    );
    const spec = rule?.['spec'] as Groups;
    expect(rulesIn(spec).map(({ alert }) => alert)).toEqual(alerts.map(({ alert }) => alert));
    expect(JSON.stringify(spec)).not.toContain('kubechurn-etcd-');
    for (const { alert, annotations } of rulesIn(spec))
      expect(annotations['runbook_url']).toBe(`https://runbooks.example.com/kubechurn/${alert}.md`);
    expect(promtoolOn('check', spec)).toBe('');
  });

  it('ask only for metrics that our programs have', async () => {
    const dashboard = readFileSync(at('chart/files/dashboard.json'), 'utf8');
    const recordings = rulesIn(recorded).map(({ expr }) => expr);
    const asked = [...alerts.map(({ expr }) => expr), ...recordings, dashboard].flatMap(
      (text) => text.match(/kubechurn_\w+/g) ?? [],
    );
    const known = await ownMetrics();
    expect(asked.length).toBeGreaterThan(15);
    expect([...new Set(asked)].filter((name) => !known.has(name) && !known.has(name.replace(/_total$/, '')))).toEqual([]);
  });

  it('have beside them what is recorded for fleets, each of it tested, and rendered as it is', () => {
    expect(promtool('test', 'rules', at('test/chart/recording-rules.yaml'))).toBe('');
    const tests = readFileSync(at('test/chart/recording-rules.yaml'), 'utf8');
    for (const { record } of rulesIn(recorded)) expect(tests).toContain(`expr: ${record}\n`);
    const rendered = objectsOf(inCi('everything-values.yaml')).filter(({ kind }) => kind === 'PrometheusRule');
    expect(rendered.map(({ metadata: { name } }) => name).sort()).toEqual(['churn', 'churn-recording']);
    expect(rendered.find(({ metadata: { name } }) => name === 'churn-recording')?.['spec']).toEqual(recorded);
  });

  it('leave no link of a page without its target', () => {
    for (const page of readdirSync(at('docs/runbooks')))
      for (const [, link = ''] of readFileSync(at(`docs/runbooks/${page}`), 'utf8').matchAll(/\]\((?!http)([^)#]+)\)/g))
        expect(`${page} ${link} ${existsSync(at(`docs/runbooks/${link}`))}`).toBe(`${page} ${link} true`);
  });

  it('are queries that Prometheus understands', () => {
    const { panels } = JSON.parse(readFileSync(at('chart/files/dashboard.json'), 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const rules = panels.flatMap(({ targets }) => targets).map(({ expr }, i) => ({ record: `q:${i}`, expr }));
    expect(rules.length).toBeGreaterThan(10);
    expect(promtoolOn('check', { groups: [{ name: 'panels', rules }] })).toBe('');
  });
});
