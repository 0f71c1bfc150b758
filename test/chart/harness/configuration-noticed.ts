import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import { until } from '../../etcd/harness/until.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/**
 * Until the API server acts on all changes of webhook configurations made so far: it sees them in their order, so on these
 * once it acts on another, made now, which refuses a ConfigMap of this name.
 */
export async function configurationsNoticed(world: ControlPlane): Promise<void> {
  const name = 'configurations-noticed';
  await world.request('POST', configurations, {
    metadata: { name },
    webhooks: [
      {
        name: 'nobody.example.com',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        matchConditions: [{ name: 'this-one', expression: `request.name == "${name}"` }],
        ...{ admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', timeoutSeconds: 1 },
      },
    ],
  });
  await until('the API server to notice a webhook configuration', async () => {
    const asked = { method: 'POST', body: { metadata: { name } } } as const;
    const { text } = await world.adminFetch('/api/v1/namespaces/default/configmaps?dryRun=All', asked);
    return text.includes('nobody.example.com');
  });
  await world.request('DELETE', `${configurations}/${name}`);
}
