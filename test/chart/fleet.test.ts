import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { mostMaintenanceSeries } from '../../src/telemetry/maintenance-metrics.ts';
import { mostSeries } from '../../src/telemetry/metrics.ts';
import { createWebhookMetrics } from '../../src/telemetry/webhook-metrics.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { promtool } from './harness/promtool.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/fleet.md');
const blocks = [...page.matchAll(/```yaml\n(# ([\w.]+)[^]*?)```/g)].map(([, text = '', file]) => ({ file, text }));
const configurations = blocks.filter(({ file }) => file === 'prometheus.yml').map(({ text }) => text);
const [rules = ''] = blocks.filter(({ file }) => file === 'rules').map(({ text }) => text);

type Rules = { readonly groups: readonly { readonly rules: readonly { readonly record: string }[] }[] };
const recorded = (parse(read('chart/files/recording-rules.yaml')) as Rules).groups.flatMap(({ rules: each }) =>
  each.map(({ record }) => record),
);

describeWith(['promtool'], 'docs/fleet.md', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kubechurn-fleet-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const written = (name: string, text: string): string => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };

  it('has configurations that Prometheus takes', () => {
    expect(configurations).toHaveLength(4);
    configurations.forEach((text, i) =>
      expect(promtool('check', 'config', '--syntax-only', written(`${i}.yml`, text))).toBe(''),
    );
  });

  it('takes along what is recorded, all of it and nothing else of ours, and lists it', () => {
    const federated = /__name__=~"([^"]+)"/.exec(page)?.[1] ?? '';
    const kept = /regex: (\S+)/.exec(page)?.[1] ?? '';
    for (const pattern of [federated, kept].map((each) => new RegExp(`^(?:${each})$`))) {
      expect(recorded.filter((name) => !pattern.test(name))).toEqual([]);
      expect(pattern.test('kubechurn_writes_total')).toBe(false);
    }
    expect([...page.matchAll(/^\| `(cluster\w*:\S+)` \|/gm)].map(([, name]) => name)).toEqual(recorded);
  });

  it('has alerts that fire for the cluster that fills and for the one that fell silent', () => {
    const file = written('rules.yaml', rules);
    const series = [
      { series: 'cluster:kubechurn_writes:rate5m{cluster="a"}', values: '5x300' },
      { series: 'cluster:kubechurn_writes:rate5m{cluster="b"}', values: '5x100' },
      { series: 'cluster:kubechurn_database_full:seconds{cluster="a"}', values: '7200x300' },
      { series: 'cluster:kubechurn_database_full:seconds{cluster="b"}', values: '900000x300' },
    ];
    const fired = (alertname: string, severity: string, cluster: string, summary: string) => ({
      ...{ eval_time: '130m', alertname },
      exp_alerts: [{ exp_labels: { severity, cluster }, exp_annotations: { summary } }],
    });
    const test = {
      interval: '1m',
      input_series: series,
      alert_rule_test: [
        fired('FleetDatabaseFullSoon', 'critical', 'a', 'etcd of a reaches its quota in 2h 0m 0s'),
        fired('FleetClusterSilent', 'warning', 'b', 'Nothing comes from the analyzer of b any more'),
        { eval_time: '90m', alertname: 'FleetClusterSilent', exp_alerts: [] },
      ],
    };
    expect(promtool('test', 'rules', written('test.json', JSON.stringify({ rule_files: [file], tests: [test] })))).toBe('');
  });

  it('states how many series there are at most', async () => {
    const figures = { version: '', reviews: 0, warnings: 0, throttled: 0, refused: 0, unread: 0, delivered: 0 };
    const webhook = createWebhookMetrics(() => ({ ...figures, dropped: 0, waiting: 0, failures: 0, certificateUntil: 0 }));
    const ofWebhook = (await webhook.text()).match(/^\w.*/gm)?.length ?? 0;
    expect(page).toContain(`| each analyzer | ${mostSeries},`);
    expect(page).toContain(`| each webhook pod | ${ofWebhook} |`);
    expect(page).toContain(`| the pod of \`maintain --watch\` | ${mostMaintenanceSeries} |`);
    expect(page).toContain(`${(200 * (mostSeries + ofWebhook)).toLocaleString('en')} series at most`);
  });
});
