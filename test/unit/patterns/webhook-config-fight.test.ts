import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { recording, type Recording } from './recording.ts';
import { judge } from './world.ts';

const hook = (selector: JsonObject, rules = 1) => ({
  webhooks: [
    {
      name: 'validate.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: 'https://127.0.0.1/' },
      namespaceSelector: selector,
      rules: Array.from({ length: rules }, (_, i) => ({
        apiGroups: [''],
        apiVersions: ['v1'],
        operations: ['CREATE'],
        resources: [`kind${i}s`],
      })),
    },
  ],
});
const control = { matchExpressions: [{ key: 'control-plane', operator: 'DoesNotExist' }] };
const own = { matchExpressions: [{ key: 'team', operator: 'Exists' }] };

const draft = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'policies', generation: 1 },
  ...hook(own),
};

function fought(times: number, seconds: number, other: JsonObject = control): Recording {
  const record = recording();
  const made = record.create(draft, 'kyverno');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.patch(made, i % 2 ? 'kyverno' : 'admissionsenforcer', hook(i % 2 ? own : other));
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('webhook-config-fight', () => {
  it('names the configuration, its selector and both sides, whose generation climbs by dozens in seconds', () => {
    expect(findings(fought(40, 0.2))).toMatchObject([
      {
        pattern: 'webhook-config-fight',
        confidence: 'high',
        subject: {
          type: 'object',
          group: 'admissionregistration.k8s.io',
          resource: 'validatingwebhookconfigurations',
          name: 'policies',
        },
        fields: [
          '/webhooks/name=validate.example.com/namespaceSelector/matchExpressions/key=control-plane',
          '/webhooks/name=validate.example.com/namespaceSelector/matchExpressions/key=team',
        ],
        writers: [{ name: 'admissionsenforcer' }, { name: 'kyverno' }],
      },
    ]);
  });

  it('tells how to switch the enforcer off', () => {
    expect(findings(fought(40, 5))[0]?.remedy.steps[0]).toContain('admissions.enforcer/disabled: "true"');
  });

  it('leaves a slow fight to field-fight', () => {
    expect(findings(fought(30, 30)).map(({ pattern }) => pattern)).toEqual(['field-fight']);
  });

  it('stays silent on a bundle that is filled in once after an upgrade', () => {
    expect(findings(fought(4, 5))).toEqual([]);
  });

  it('stays silent on rules that follow the policies', () => {
    const record = recording();
    const made = record.create(draft, 'kyverno');
    for (let i = 2; i < 60; i++) {
      record.wait(5);
      record.patch(made, 'kyverno', hook(own, i));
    }
    expect(findings(record)).toEqual([]);
  });
});
