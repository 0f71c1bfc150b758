import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createMaintenanceMetrics } from '../../src/telemetry/maintenance-metrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createWebhookMetrics } from '../../src/telemetry/webhook-metrics.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { inCi, objectsOf } from './harness/helm.ts';
import { promtool, promtoolOn, scraped } from './harness/promtool.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Rule = {
  readonly alert: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
};
type Groups = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };

const rulesIn = ({ groups }: Groups): Rule[] => groups.flatMap(({ rules }) => rules);
const recorded = parse(readFileSync(at('chart/files/recording-rules.yaml'), 'utf8')) as Groups;
const alerts = rulesIn(parse(readFileSync(at('chart/files/alerts.yaml'), 'utf8')) as Groups);

const set = (...values: readonly string[]): string[] => values.flatMap((value) => ['--set', value]);

/** As Prometheus has them with these values. */
function alertsWith(values: readonly string[]): Groups {
  const rules = objectsOf([...values, ...set('metrics.prometheusRule.enabled=true', 'metrics.recordingRules.enabled=false')]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- promtool and kubeconform look at them in other tests
  return rules.find(({ kind }) => kind === 'PrometheusRule')?.['spec'] as Groups;
}

/** What each program exposes, with every label that it has. */
async function exposed(): Promise<Record<'analyzer' | 'webhook' | 'maintenance', string>> {
  const analyzer = createMetrics(() => ({
    ...{ version: '', leader: false, synced: false, since: 0, writes: [{ group: '', resource: 'pods', total: 1 }] },
    namespaces: [
      { namespace: 'team-a', perMinute: 700 },
      ...Array.from({ length: 20 }, (_, i) => ({ namespace: `n${i}`, perMinute: 599 })),
    ],
    findings: [{ pattern: 'pod-churn', severity: 'warning' }],
    ...{ revisions: { counted: 1, growth: 1 }, watches: { watching: 1 }, fullWatches: 0, gaps: 0, objects: 0 },
    ...{ ownWrites: { lease: 1 }, lookSeconds: 0, requests: { received: 0, dropped: 0 } },
    database: { sizeBytes: 1, quotaBytes: 1, fullAt: 1 },
  }));
  const webhook = createWebhookMetrics(() => ({
    ...{ version: '', reviews: 0, warnings: 0, throttled: 0, refused: 0, unread: 0, delivered: 0, dropped: 0 },
    ...{ waiting: 0, failures: 0, certificateUntil: 0 },
  }));
  const maintenance = createMaintenanceMetrics('');
  const member = { name: 'a', sizeBytes: 1, inUseBytes: 1, quotaBytes: 1 };
  maintenance.looked({ outcome: 'done', at: 0, members: [member] });
  return { analyzer: await analyzer.text(), webhook: await webhook.text(), maintenance: await maintenance.text() };
}

type Monitor = Readonly<Record<'endpoints' | 'podMetricsEndpoints', readonly { readonly honorLabels?: boolean }[] | undefined>>;

/** Whether labels of its own stay with what the component exposes, as the chart has it scraped. */
function honorsLabelsOf(component: string): boolean {
  const monitor = ['everything-values.yaml', 'k3s-values.yaml']
    .flatMap((file) => objectsOf(inCi(file)))
    .find(({ kind, metadata: { name } }) => kind.endsWith('Monitor') && name.endsWith(`-${component}`));
  if (!monitor) throw new Error(`nothing scrapes ${component}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kubeconform checks their shape in another test
  const { endpoints, podMetricsEndpoints } = monitor['spec'] as Monitor;
  return (endpoints ?? podMetricsEndpoints)?.[0]?.honorLabels ?? false;
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

  it('are rendered by the chart as they are in their file, but for the release, its namespace and the address of the pages', () => {
    const more = ['maintenance.namespace=churn-keys', 'metrics.podMonitor.enabled=true'];
    const rendered = alertsWith([...inCi('everything-values.yaml'), ...set(...more), ...inCi('mixed-values.yaml')]);
    const text = readFileSync(at('chart/files/alerts.yaml'), 'utf8')
      .replaceAll('kubechurn-maintenance', 'churn-keys')
      .replaceAll('kubechurn-etcd-', 'churn-etcd-')
      .replaceAll('https://kubechurn.dev/docs/runbooks', 'https://runbooks.example.com/kubechurn');
    expect(rendered).toEqual(parse(text));
    expect(promtoolOn('check', rendered)).toBe('');
  });

  it.each([
    ['no analyzer', 'webhook-only-values.yaml', [], ['kubechurn-webhook']],
    ['no webhook', 'without-webhook-values.yaml', [], ['kubechurn-analyzer']],
    ['no maintenance', 'default-values.yaml', [], ['kubechurn-analyzer', 'kubechurn-webhook']],
    ['maintenance by CronJobs', 'endpoints-values.yaml', [], ['kubechurn-analyzer', 'kubechurn-webhook', 'kubechurn-jobs']],
    ['a pod that stays', 'k3s-values.yaml', [], ['kubechurn-analyzer', 'kubechurn-webhook', 'kubechurn-watch']],
    ['one that nobody scrapes', 'kubeadm-values.yaml', [], ['kubechurn-analyzer', 'kubechurn-webhook']],
    ['one that is suspended', 'k3s-values.yaml', ['maintenance.targets[0].suspend=true'], ['kubechurn-analyzer', 'kubechurn-webhook']],
  ])('ask for nothing that is not installed: %s', (_, file, more, names) => {
    const { groups } = alertsWith([...inCi(file), ...set('analyzer.quota=8GiB', ...more)]);
    expect(groups.map(({ name }) => name)).toEqual(['etcd', ...names]);
  });

  it('ask only for metrics that our programs have', async () => {
    const dashboard = readFileSync(at('chart/files/dashboard.json'), 'utf8');
    const recordings = rulesIn(recorded).map(({ expr }) => expr);
    const asked = [...alerts.map(({ expr }) => expr), ...recordings, dashboard].flatMap(
      (text) => text.match(/kubechurn_\w+/g) ?? [],
    );
    const text = Object.values(await exposed()).join('');
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    expect(asked.length).toBeGreaterThan(15);
    expect([...new Set(asked)].filter((name) => !known.has(name) && !known.has(name.replace(/_total$/, '')))).toEqual([]);
  });

  it('tell of the namespace that is written, though the operator labels what it scrapes with that of the pod', async () => {
    const { analyzer } = await exposed();
    const hot = alerts.find(({ alert }) => alert === 'KubechurnHotWriter')!;
    const test = {
      input_series: scraped(analyzer, { honorLabels: honorsLabelsOf('analyzer') }),
      promql_expr_test: [
        { expr: hot.expr, eval_time: '5m', exp_samples: [{ labels: '{namespace="team-a"}', value: 700 }] },
      ],
    };
    expect(promtoolOn('test', { tests: [{ interval: '1m', ...test }] })).toBe('');
  });

  it('find every label of ours under its own name once the operator has scraped it', async () => {
    for (const [component, text] of Object.entries(await exposed())) {
      const series = scraped(text, { honorLabels: honorsLabelsOf(component) });
      expect(series.length).toBeGreaterThan(5);
      expect(series.filter((each) => each.series.includes('exported_'))).toEqual([]);
    }
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
