import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { deployment, synced, template, widget } from './objects.ts';
import { recording, type By, type Draft, type Recording } from './recording.ts';
import { judge } from './world.ts';

const counted = (draft: Draft): Draft => ({ ...draft, metadata: { ...draft.metadata, generation: 1 } });

function written(draft: Draft, times: number, seconds: number, patchAt: (i: number) => [By, JsonObject]): Recording {
  const record = recording();
  const made = record.create(counted(draft), 'kubectl-create');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.patch(made, ...patchAt(i));
  }
  return record;
}

const operator: By = { manager: 'widget-operator', operation: 'Apply' };
const findings = (record: Recording) => judge(record.writes).findings;

describe('defaulting-loop', () => {
  it('names the field one writer keeps writing in two forms', () => {
    const record = written(widget('gear'), 40, 6, (i) => [operator, { spec: { timeout: i % 2 ? '60s' : '1m0s' } }]);
    expect(findings(record)).toMatchObject([
      {
        pattern: 'defaulting-loop',
        confidence: 'medium',
        subject: { group: 'apps.example.com', resource: 'widgets', namespace: 'shop', name: 'gear' },
        fields: ['/spec/timeout'],
        writers: [{ name: 'widget-operator' }],
      },
    ]);
  });

  it('names a field that is defaulted, dropped by an apply, and defaulted again', () => {
    const record = written(widget('gear'), 40, 6, (i) => [
      operator,
      { spec: { size: 2, mode: i % 2 ? null : 'auto' } },
    ]);
    expect(findings(record)).toMatchObject([{ pattern: 'defaulting-loop', fields: ['/spec/mode'] }]);
  });

  it('names a list that comes in another order each time', () => {
    const items = ['a', 'b', 'c', 'd'];
    const record = written(widget('gear'), 40, 6, (i) => [
      operator,
      { spec: { hosts: [...items.slice(i % 4), ...items.slice(0, i % 4)] } },
    ]);
    const [found] = findings(record);
    expect(found).toMatchObject({ pattern: 'defaulting-loop', fields: ['/spec/hosts'], evidence: { reordered: true } });
    expect(found?.remedy.summary).toContain('one order');
  });

  it.each<[string, Recording]>([
    [
      'an autoscaler that goes 3-5-3 every few seconds',
      written(deployment('web'), 60, 6, (i) => [
        { manager: 'kube-controller-manager', subresource: 'scale' },
        { spec: { replicas: i % 2 ? 3 : 5 } },
      ]),
    ],
    [
      'rollouts back and forth by one writer',
      written(deployment('web'), 60, 6, (i) => ['ci', { spec: { template: template('web', `v${i % 2}`) } }]),
    ],
    ['a counter in spec', written(widget('gear'), 60, 6, (i) => [operator, { spec: { revision: i } }])],
    ['slow changes', written(widget('gear'), 40, 30, (i) => [operator, { spec: { size: i % 2 } }])],
    ['a burst after a restart', written(widget('gear'), 30, 2, (i) => [operator, { spec: { size: i % 2 } }])],
    [
      'what the syncer of a vCluster copies to its host',
      written({ ...synced('networking.k8s.io/v1', 'Ingress', 'web'), spec: { ingressClassName: 'a' } }, 60, 5, (i) => [
        'vcluster',
        { spec: { ingressClassName: i % 2 ? 'a' : 'b' } },
      ]),
    ],
    [
      'a status that goes back and forth, generation climbing because it is no subresource',
      written(widget('gear'), 60, 5, (i) => [operator, { status: { phase: i % 2 ? 'Ready' : 'Busy' } }]),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });

  it('leaves two writers to field-fight', () => {
    const record = written(widget('gear'), 40, 6, (i) => [i % 2 ? 'one' : 'two', { spec: { size: i % 2 } }]);
    expect(findings(record).map(({ pattern }) => pattern)).toEqual(['field-fight']);
  });
});
