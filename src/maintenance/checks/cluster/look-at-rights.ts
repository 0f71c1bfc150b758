import type { KubeApi } from '../../../kube/api.ts';
import { asObject } from '../../../objects/json-text.ts';
import type { SeenRight } from './seen.ts';

type Wanted = Omit<SeenRight, 'allowed'>;

/** What the commands ask of a cluster on behalf of whoever runs them. */
function wantedIn(namespace: string): readonly Wanted[] {
  return [
    { verb: 'list', group: '', resource: 'pods', purpose: 'top and triage from the analyzer' },
    { verb: 'create', group: '', resource: 'pods/portforward', namespace, purpose: 'top and triage from the analyzer' },
    { verb: 'list', group: 'apps', resource: 'deployments', purpose: 'look at what is installed' },
    { verb: 'list', group: 'apps', resource: 'statefulsets', purpose: 'look at the flags of etcd' },
    {
      verb: 'list',
      group: 'admissionregistration.k8s.io',
      resource: 'validatingwebhookconfigurations',
      purpose: 'look at the registration',
    },
    { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices', namespace, purpose: 'look at endpoints' },
    { verb: 'get', group: '', resource: '', path: '/metrics', purpose: 'look for calls that failed open' },
  ];
}

/** Asks the API server for each. Rejects with an ApiFailure. */
export async function lookAtRights(api: KubeApi, namespace: string): Promise<SeenRight[]> {
  return Promise.all(
    wantedIn(namespace).map(async (wanted) => {
      const { status } = await api.call('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        method: 'POST',
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: specOf(wanted) },
      });
      return { ...wanted, allowed: asObject(status)['allowed'] === true };
    }),
  );
}

function specOf({ verb, group, resource, namespace, path }: Wanted) {
  if (path !== undefined) return { nonResourceAttributes: { verb, path } };
  const [name = '', subresource] = resource.split('/');
  return {
    resourceAttributes: {
      ...{ verb, group, resource: name },
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
    },
  };
}
