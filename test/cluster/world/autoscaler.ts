import type { JsonObject } from '../../../src/model/json.ts';

export const autoscalers = (namespace: string): string =>
  `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;

/** Wants as many replicas of a Deployment as an external metric says, at once. */
export function autoscaler(target: string, metric: string): JsonObject {
  return {
    metadata: { name: target },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
      ...{ minReplicas: 1, maxReplicas: 20 },
      metrics: [
        {
          type: 'External',
          external: { metric: { name: metric }, target: { type: 'AverageValue', averageValue: '1' } },
        },
      ],
      behavior: {
        // Without this the four pods a period that it may add are used up by what git takes back.
        scaleUp: { policies: [{ type: 'Pods', value: 100, periodSeconds: 1 }] },
        scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 100, periodSeconds: 1 }] },
      },
    },
  };
}
