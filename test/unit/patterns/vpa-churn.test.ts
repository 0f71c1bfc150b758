import { describe, expect, it } from '@jest/globals';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { background } from '../../incidents/background.ts';
import { merge } from '../../incidents/merge.ts';
import { noon, type Draft, type Recording } from './recording.ts';
import { rounds } from './rounds.ts';
import { findingOf, judge } from './world.ts';

const vpa = (kind: string, name: string): Draft => ({
  apiVersion: 'autoscaling.k8s.io/v1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec: { vpaObjectName: name },
  status: {},
});

const recommending = (count: number, every: number, times: number): Recording =>
  rounds({
    objects: Array.from({ length: count }, (_, i) => [
      vpa('VerticalPodAutoscaler', `web-${i}`),
      vpa('VerticalPodAutoscalerCheckpoint', `web-${i}-main`),
    ]).flat(),
    by: 'recommender',
    every,
    times,
    write: (record, each, round) =>
      record.patch(each, 'recommender', {
        status: { lastUpdateTime: rfc3339(record.now()), totalSamplesCount: 100 + round, cpu: `${(round * 7) % 11}m` },
      }),
  });

describe('vpa-churn', () => {
  it('names the one that is written every twenty seconds', () => {
    const { findings } = judge(recommending(1, 20, 20).writes);
    expect(findings.map(({ pattern, subject }) => `${pattern} ${subject.resource}`).sort()).toEqual([
      'vpa-churn verticalpodautoscalercheckpoints',
      'vpa-churn verticalpodautoscalers',
    ]);
  });

  it('names autoscalers and checkpoints once where the recommender goes round too often', () => {
    const { findings } = judge(recommending(20, 20, 20).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'vpa-churn',
      subject: { type: 'prefix', group: 'autoscaling.k8s.io' },
      consequences: [{ group: 'autoscaling.k8s.io' }],
    });
    expect(findings[0]?.remedy.steps[0]).toContain('--recommender-interval');
  });

  it('names them for their number alone where they are a large part of all writes', () => {
    const record = recommending(100, 60, 5);
    const healthy = background({ from: noon, until: noon + 5 * 60_000, seed: 3 }, { nodes: 3 });
    const found = findingOf(judge(merge(record.writes, healthy)).findings, 'vpa-churn');
    expect(found?.cause).toMatch(/^200 autoscalers and checkpoints make \d+ % of all writes$/);
  });

  it('stays silent on a handful, once a minute, though little else is written', () => {
    expect(judge(recommending(10, 60, 10).writes).findings).toEqual([]);
  });
});
