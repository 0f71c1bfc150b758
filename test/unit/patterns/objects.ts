import type { JsonObject } from '../../../src/model/json.ts';
import type { Named } from '../../incidents/registry.ts';
import type { Draft } from './recording.ts';

/** Objects the pattern tests write, as small as they may be. */
export const configMap = (name: string, metadata: JsonObject = {}): Draft => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...metadata },
  data: { mode: 'calm', other: 'x' },
});

export const widget = (name: string): Draft => ({
  apiVersion: 'apps.example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'shop' },
  spec: { size: 1 },
});

export const deployment = (name: string, replicas = 3): Draft => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, 'v1') },
});

export const template = (name: string, version: string): JsonObject => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'web', image: `registry.example/${name}:${version}` }] },
});

export const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: Named): JsonObject => ({
  ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
});

export const pod = (name: string, owner?: Named): Draft => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...(owner && ownedBy(owner)) },
  spec: { containers: [{ name: 'web', image: 'registry.example/web:v1' }] },
  status: { phase: 'Pending' },
});

/** An object as the syncer keeps it on the host. */
export const synced = (apiVersion: string, kind: string, name: string, more: JsonObject = {}): Draft => ({
  apiVersion,
  kind,
  metadata: {
    name: `${name}-x-shop-x-tenant`,
    namespace: 'tenant',
    labels: { 'vcluster.loft.sh/managed-by': 'tenant', 'vcluster.loft.sh/namespace': 'shop' },
    annotations: { 'vcluster.loft.sh/object-name': name, 'vcluster.loft.sh/object-uid': '7' },
  },
  ...more,
});
