import { ifThere, isApiFailure, type KubeApi } from '../../kube/api.ts';
import type { Json } from '../../model/json.ts';
import { asList, asObject } from '../../objects/json-text.ts';
import { webhookConfigurations as path } from '../../kube/webhook-configurations.ts';
import type { PublishBundle } from '../../server/tls/auto-certificate.ts';

/** Given by the chart where certificates come from elsewhere: a pod of before the change must not undo it. */
const handsOff = 'kubechurn.dev/ca-bundle';

/** Replicas that start at once write the same. */
const tries = 5;

/** Writes caBundle and nothing else, which is all that is not the chart's; and only where it is another already. */
export function bundlePublisher(api: KubeApi, configuration: string): PublishBundle {
  return async (bundle) => {
    const wanted = Buffer.from(bundle).toString('base64');
    for (let attempt = 1; ; attempt++) {
      try {
        return await publish(api, configuration, wanted);
      } catch (error) {
        const hasChanged = isApiFailure(error) && (error.status === 409 || error.status === 422);
        if (!hasChanged || attempt === tries) throw error;
      }
    }
  };
}

/** Rejects with status 422 where the configuration is another than the one that was read. */
async function publish(api: KubeApi, configuration: string, wanted: string): Promise<boolean> {
  // It may not be there yet: helm installs it after the Deployment, and the next look finds it.
  const { metadata, webhooks } = (await ifThere(api.call(`${path}/${configuration}`, { timeoutMs: 10_000 }))) ?? {};
  const { annotations, resourceVersion = '' } = asObject(metadata);
  if (asObject(annotations)[handsOff] !== undefined) return false;
  const changes = asList(webhooks).flatMap((webhook, i): Json[] => {
    const { clientConfig } = asObject(webhook);
    if (clientConfig === undefined || asObject(clientConfig)['caBundle'] === wanted) return [];
    return [{ op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value: wanted }];
  });
  if (changes.length === 0) return false;
  const contentType = 'application/json-patch+json';
  const body = [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, ...changes];
  await api.call(`${path}/${configuration}`, { method: 'PATCH', body, contentType, timeoutMs: 10_000 });
  return true;
}
