import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { chart, helm, inCi, template } from './harness/helm.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Chart = { readonly version: string; readonly annotations: Readonly<Record<string, string>> };
const { version, annotations } = parse(read('chart/Chart.yaml')) as Chart;

describeWith(['helm'], 'the packaged chart', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kubechurn-package-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  const packaged = (into: string, env: NodeJS.ProcessEnv = {}): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/package-chart.ts'), join(scratch, into)], {
      encoding: 'utf8',
      env: { PATH: `${dirname(requiredTool('helm'))}:${process.env['PATH'] ?? ''}`, HOME: '/nonexistent', ...env },
    });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };

  it('is the same bytes each time, though its files were touched meanwhile', () => {
    const first = readFileSync(packaged('first'));
    const values = join(chart, 'values.yaml');
    utimesSync(values, new Date(), new Date());
    expect(readFileSync(packaged('second'))).toEqual(first);
    expect(readFileSync(packaged('third', { SOURCE_DATE_EPOCH: '1700000000' }))).not.toEqual(first);
  });

  it('renders what the directory renders', () => {
    const file = packaged('rendered');
    expect(file).toBe(join(scratch, 'rendered', `kubechurn-${version}.tgz`));
    const { code, stdout } = helm(['template', 'kubechurn', file, '--namespace', 'kubechurn', ...inCi('kubeadm-values.yaml')]);
    expect(code).toBe(0);
    expect(stdout).toBe(template(inCi('kubeadm-values.yaml'), { apis: [] }).stdout);
  });
});

describe('what is released', () => {
  it('is described to Artifact Hub in words that it knows', () => {
    expect(annotations['artifacthub.io/category']).toBe('monitoring-logging');
    expect(annotations['artifacthub.io/license']).toBe('Apache-2.0');
    const changes = parse(annotations['artifacthub.io/changes'] ?? '') as { kind: string; description: string }[];
    expect(changes.length).toBeGreaterThan(0);
    for (const { kind, description } of changes) {
      expect(['added', 'changed', 'deprecated', 'removed', 'fixed', 'security']).toContain(kind);
      expect(description).toMatch(/\w/);
    }
  });

  it('has its section in the changelog, whose headings are those of keepachangelog', () => {
    const changelog = read('CHANGELOG.md');
    expect(changelog).toMatch(new RegExp(`^## \\[${version}\\] - (unreleased|\\d{4}-\\d\\d-\\d\\d)$`, 'm'));
    const headings = [...changelog.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.length).toBeGreaterThan(0);
    expect(headings.filter((each) => !/^(Added|Changed|Deprecated|Removed|Fixed|Security)$/.test(each ?? ''))).toEqual([]);
  });

  it('is made by workflows that call only targets which make has', () => {
    const targets = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));
    for (const workflow of ['ci', 'release']) {
      const { jobs } = parse(read(`.github/workflows/${workflow}.yaml`)) as {
        jobs: Record<string, { steps?: { run?: string }[] }>;
      };
      const commands = Object.values(jobs).flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []));
      const called = commands.flatMap((command) => [...command.matchAll(/\bmake ([a-z-]+)/g)].map(([, name]) => name));
      expect(called.length).toBeGreaterThan(0);
      expect(called.filter((name) => !targets.has(name))).toEqual([]);
    }
  });
});
