import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { chart, objectsIn, objectsOf, template } from './harness/helm.ts';
import { podOf } from './harness/pods.ts';

describeWith(['helm'], 'what is given to the chart', () => {
  it('takes names that YAML would read as numbers or truths', () => {
    const renderedWith = (name: (odd: string) => string): unknown => {
      const files = { ca: name('1'), cert: name('2'), key: name('3') };
      const endpoints = { profile: 'endpoints', endpoints: [`https://${name('1')}:2379`] };
      const values = {
        fullnameOverride: name('12345'),
        webhook: {
          ...{ excludedNamespaces: [name('7'), name('no'), name('0x1f')], priorityClassName: name('1e3') },
          tls: { mode: 'certManager', issuer: { name: name('8') } },
        },
        maintenance: {
          namespace: name('99999'),
          targets: [
            { name: name('1'), profile: 'k3s', backup: { claim: name('5') } },
            { name: name('no'), ...endpoints, certificates: { secret: name('0'), ...files }, timeZone: name('1') },
            {
              ...{ name: name('1e3'), profile: 'vcluster-deployed', vcluster: { namespace: name('777'), name: name('y') } },
              backup: { s3: `s3://${name('1')}`, credentialsSecret: name('6'), keySecret: name('7') },
            },
          ],
        },
        metrics: Object.fromEntries(
          ['serviceMonitor', 'podMonitor', 'prometheusRule', 'recordingRules', 'dashboard'].map((each) => [each, { enabled: true }]),
        ),
      };
      const { code, stdout, stderr } = template(['-f', '-'], { into: name('12345'), input: JSON.stringify(values) });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return objectsIn(stdout);
    };
    // None of these YAML reads as anything but a string.
    const usual = JSON.stringify(renderedWith((odd) => `plain-${odd}`));
    expect(renderedWith((odd) => odd)).toEqual(JSON.parse(usual.replaceAll('plain-', '')));
  });

  it('is part of another chart where the condition of that one says so', () => {
    const parent = mkdtempSync(join(tmpdir(), 'kubechurn-parent-'));
    try {
      cpSync(chart, join(parent, 'charts/kubechurn'), { recursive: true });
      const dependency = { name: 'kubechurn', version: '*', condition: 'kubechurn.enabled' };
      const described = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: [dependency] };
      writeFileSync(join(parent, 'Chart.yaml'), JSON.stringify(described));
      const kinds = (...args: readonly string[]): string[] => {
        const { code, stdout, stderr } = template(args, { from: parent });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return objectsIn(stdout).map(({ kind }) => kind);
      };
      expect(kinds()).toContain('Deployment');
      expect(kinds('--set', 'kubechurn.enabled=true')).toEqual(kinds());
      expect(kinds('--set', 'kubechurn.enabled=false')).toEqual([]);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  it('is passed on where it is zero', () => {
    const target = ['name=a', 'profile=endpoints', 'endpoints={http://a:2379}', 'keep=0', 'budget=0'];
    const objects = objectsOf(target.flatMap((field) => ['--set', `maintenance.targets[0].${field}`]));
    const job = objects.find(({ kind }) => kind === 'CronJob')!;
    expect(podOf(job)?.spec.containers[0]?.args).toEqual(['maintain', '--etcd=http://a:2379', '--budget=0', '--keep=0']);
  });

  it.each([
    ['5s', 45],
    ['500ms', 41],
    ['1m30s', 130],
    ['1.5m', 130],
    ['1h', 3640],
  ])('lets a webhook that lingers for %s end within %d s', (linger, seconds) => {
    const objects = objectsOf(['--set', `webhook.linger=${linger}`]);
    const webhook = objects.find(({ kind, metadata: { name } }) => kind === 'Deployment' && name === 'kubechurn-webhook')!;
    expect(podOf(webhook)?.spec.terminationGracePeriodSeconds).toBe(seconds);
  });
});
