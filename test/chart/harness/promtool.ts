import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requiredTool } from '../../etcd/harness/tool.ts';

/** '' where it is content. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(requiredTool('promtool'), args, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** What `promtool check rules` or `test rules` says of a file with this in it (YAML takes JSON). */
export function promtoolOn(what: 'check' | 'test', content: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-rules-'));
  try {
    writeFileSync(join(directory, 'rules.json'), JSON.stringify(content));
    return promtool(what, 'rules', join(directory, 'rules.json'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What Prometheus' operator adds to whatever it scrapes from a pod of ours. */
const addedByOperator = {
  ...{ job: 'kubechurn', namespace: 'kubechurn', service: 'kubechurn', pod: 'kubechurn-0', container: 'kubechurn' },
  ...{ endpoint: 'metrics', instance: '10.0.0.1:9446' },
} as const;

/**
 * What a program exposes, as constant series under the labels that it has once scraped. A label of its own that the operator
 * adds as well is moved to `exported_` and its name (scrape_config, honor_labels).
 */
export function scraped(exposed: string, { honorLabels }: { readonly honorLabels: boolean }): { series: string; values: string }[] {
  return [...exposed.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', own = '', value = '0']) => {
    const labels = new Map(Object.entries<string>(addedByOperator));
    for (const [, label = '', said = ''] of own.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels.set(labels.has(label) && !honorLabels ? `exported_${label}` : label, said);
    return { series: `${name}{${[...labels].map(([label, said]) => `${label}="${said}"`).join()}}`, values: `${value}x60` };
  });
}

/** Which of the queries find nothing in what programs expose, scraped every 15 s with counters that go on rising. */
export function emptyQueries(queries: readonly string[], exposed: readonly string[]): string[] {
  const counters = new Set(exposed.flatMap((text) => [...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name)));
  const series = exposed.flatMap((text, i) =>
    [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value = '0']) => ({
      series: `${name}{${[...(labels === '' ? [] : [labels]), `pod="${i}"`].join()}}`,
      values: `${Number(value)}+${counters.has(name) ? 5 : 0}x60`,
    })),
  );
  return queries.filter((query) => {
    const found = { expr: `count(${query})`, eval_time: '10m', exp_samples: [] };
    // An expectation of nothing that is met means that there was nothing.
    const test = { interval: '15s', input_series: series, promql_expr_test: [found] };
    return promtoolOn('test', { tests: [test] }) === '';
  });
}
