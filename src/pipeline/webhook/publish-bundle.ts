import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import type { Json } from '../../model/json.ts';
import { asList, asObject } from '../../objects/json-text.ts';
import type { PublishBundle } from '../../server/tls/auto-certificate.ts';

const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** None where the configuration is not there yet: helm installs it after the Deployment, and the next look finds it. */
async function webhooksOf(api: KubeApi, configuration: string): Promise<Json | undefined> {
  try {
    return (await api.call(`${path}/${configuration}`, { timeoutMs: 10_000 }))['webhooks'];
  } catch (error) {
    if (isApiFailure(error) && error.status === 404) return undefined;
    throw error;
  }
}

/** Writes caBundle and nothing else, which is all that is not the chart's; and only where it is another already. */
export function bundlePublisher(api: KubeApi, configuration: string): PublishBundle {
  return async (bundle) => {
    const wanted = Buffer.from(bundle).toString('base64');
    const patch = asList(await webhooksOf(api, configuration)).flatMap((webhook, i): Json[] => {
      const { name, clientConfig } = asObject(webhook);
      if (name === undefined || asObject(clientConfig)['caBundle'] === wanted) return [];
      return [
        // Should the chart reorder them in between, this fails, and the next look is right.
        { op: 'test', path: `/webhooks/${i}/name`, value: name },
        { op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value: wanted },
      ];
    });
    if (patch.length === 0) return false;
    const contentType = 'application/json-patch+json';
    await api.call(`${path}/${configuration}`, { method: 'PATCH', body: patch, contentType, timeoutMs: 10_000 });
    return true;
  };
}
