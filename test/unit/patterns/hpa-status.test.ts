import { describe, expect, it } from '@jest/globals';
import type { Draft, Recording } from './recording.ts';
import { rounds } from './rounds.ts';
import { findingOf, judge } from './world.ts';

const controller = { manager: 'kube-controller-manager', subresource: 'status' };
const scaler = (name: string): Draft => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: 1, maxReplicas: 9 },
  status: { currentReplicas: 3, desiredReplicas: 3 },
});

const measuring = (names: readonly string[], every: number, times: number): Recording =>
  rounds({
    objects: names.map(scaler),
    by: 'kube-controller-manager',
    every,
    times,
    write: (record, each, round) =>
      record.patch(each, controller, {
        status: {
          currentMetrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', current: { averageUtilization: 40 + ((round * 7) % 23), averageValue: '1' } },
            },
          ],
        },
      }),
  });

describe('hpa-status', () => {
  it('names an autoscaler whose metric is stored every three seconds', () => {
    const { findings } = judge(measuring(['web'], 3, 100).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'hpa-status',
      subject: { type: 'object', group: 'autoscaling', resource: 'horizontalpodautoscalers', name: 'web' },
      fields: expect.arrayContaining([expect.stringMatching(/^\/status\/currentMetrics\//)]),
      writers: [{ name: 'kube-controller-manager' }],
    });
    expect(findings[0]?.remedy.steps[1]).toContain('stabilizationWindowSeconds');
  });

  it('names autoscalers together where many do', () => {
    const found = findingOf(judge(measuring(['a', 'b', 'c', 'd'], 3, 100).writes).findings, 'hpa-status');
    expect(found?.subject).toMatchObject({ type: 'prefix', name: '/registry/horizontalpodautoscalers' });
  });

  it.each<[string, Recording]>([
    ['twelve writes a minute of metrics that move', measuring(['web'], 5, 100)],
    ['the usual synchronisation', measuring(['a', 'b', 'c', 'd'], 15, 30)],
    ['a burst', measuring(['web'], 2, 60)],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});
