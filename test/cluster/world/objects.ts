import type { JsonObject } from '../../../src/model/json.ts';

export const core = (namespace: string): string => `/api/v1/namespaces/${namespace}`;
export const deployments = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
export const accountOf = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;
/** A controller of kube-controller-manager. */
export const controllerAccount = (name: string): string => accountOf('kube-system', name);

/** There is no scheduler, so pods are bound as they are made. */
export function podTemplate(labels: JsonObject, node: string, more: JsonObject = {}): JsonObject {
  const containers = [{ name: 'main', image: 'registry.example/web:v1' }];
  return { metadata: { labels }, spec: { nodeName: node, containers, ...more } };
}

export function deployment(name: string, replicas: number, node: string, labels: JsonObject = {}): JsonObject {
  const matchLabels = { app: name };
  return {
    metadata: { name },
    spec: { replicas, selector: { matchLabels }, template: podTemplate({ ...matchLabels, ...labels }, node) },
  };
}

export const nodeName = (i: number): string => `node-${String(i).padStart(3, '0')}`;

/** A custom resource without a schema to speak of. */
export function definition(group: string, plural: string, kind: string, version = 'v1'): JsonObject {
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural, kind, singular: kind.toLowerCase() } },
      versions: [
        {
          ...{ name: version, served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}
