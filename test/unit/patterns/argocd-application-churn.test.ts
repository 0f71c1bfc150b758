import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { recording, type By, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const controller = 'argocd-application-controller';
const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd', generation: 1 },
  spec: { project: 'default' },
  status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
};

function patched(times: number, seconds: number, patchAt: (i: number, now: string) => [By, JsonObject]): Recording {
  const record = recording();
  const made = record.create(application, 'argocd-server');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    const [by, patch] = patchAt(i, rfc3339(record.now()));
    record.patch(made, by, patch);
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('argocd-application-churn', () => {
  it('names an Application that is refreshed every few seconds for nothing', () => {
    const record = patched(60, 10, (_, now) => [controller, { status: { reconciledAt: now } }]);
    expect(findings(record)).toMatchObject([
      {
        pattern: 'argocd-application-churn',
        confidence: 'high',
        subject: { group: 'argoproj.io', resource: 'applications', namespace: 'argocd', name: 'shop' },
        fields: ['/status/reconciledAt'],
        writers: [{ name: controller }],
      },
    ]);
  });

  it('names one whose comparison never settles', () => {
    const record = patched(30, 20, (i, now) => [
      controller,
      { status: { reconciledAt: now, sync: { status: i % 2 ? 'Synced' : 'OutOfSync' } } },
    ]);
    expect(findings(record)).toMatchObject([{ pattern: 'argocd-application-churn', fields: ['/status/sync/status'] }]);
  });

  it('says so where somebody keeps asking for a refresh, and does not call that a fight', () => {
    const annotation = (value: string | null) => ({
      metadata: { annotations: { 'argocd.argoproj.io/refresh': value } },
    });
    const record = patched(80, 5, (i, now) =>
      i % 2
        ? [controller, { ...annotation(null), status: { reconciledAt: now } }]
        : ['refresh-bot', annotation('normal')],
    );
    const found = findingOf(findings(record), 'argocd-application-churn');
    expect(findings(record)).toHaveLength(1);
    expect(found?.remedy.steps[0]).toContain('argocd.argoproj.io/refresh');
  });

  it.each<[string, Recording]>([
    ['a refresh every three minutes', patched(20, 180, (_, now) => [controller, { status: { reconciledAt: now } }])],
    [
      'one synchronisation',
      patched(12, 4, (i, now) => [
        controller,
        {
          operation: i === 11 ? null : { sync: {} },
          status: {
            reconciledAt: now,
            sync: { status: i < 8 ? 'OutOfSync' : 'Synced' },
            operationState: { phase: i < 11 ? 'Running' : 'Succeeded', message: `${i} of 11` },
          },
        },
      ]),
    ],
    [
      'a rollout whose health is news each time',
      patched(40, 10, (i, now) => [
        controller,
        { status: { reconciledAt: now, resources: [{ kind: 'Pod', name: `web-${i}` }] } },
      ]),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });

  it('leaves two writers of its spec to field-fight', () => {
    const record = patched(40, 10, (i) => [
      i % 2 ? 'applicationset-controller' : 'image-updater',
      { spec: { source: { targetRevision: i % 2 ? 'main' : 'v2' } } },
    ]);
    expect(findings(record).map(({ pattern }) => pattern)).toEqual(['field-fight']);
  });
});
