import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtins } from '../../../src/objects/builtins.ts';
import { parseKey } from '../../../src/objects/keys.ts';
import { kindOf, resourceOf } from '../../../src/objects/kinds.ts';

const core = (resource: string, name: string, namespace?: string) => ({
  group: '',
  resource,
  ...(namespace ? { namespace } : {}),
  name,
});

describe('an etcd key', () => {
  it.each([
    ['/registry/pods/team-a/web-1', '/registry/pods', core('pods', 'web-1', 'team-a')],
    ['/registry/minions/worker-1', '/registry/minions', core('nodes', 'worker-1')],
    ['/registry/services/specs/team-a/web', '/registry/services/specs', core('services', 'web', 'team-a')],
    ['/registry/services/endpoints/team-a/web', '/registry/services/endpoints', core('endpoints', 'web', 'team-a')],
    ['/registry/controllers/team-a/web', '/registry/controllers', core('replicationcontrollers', 'web', 'team-a')],
    ['/registry/events/team-a/web.17a', '/registry/events', core('events', 'web.17a', 'team-a')],
    ['/registry/masterleases/10.0.0.1', '/registry/masterleases', core('masterleases', '10.0.0.1')],
    ['/registry/peerserverleases/abc', '/registry/peerserverleases', core('peerserverleases', 'abc')],
    ['/registry/ranges/serviceips', '/registry/ranges', core('rangeallocations', 'serviceips')],
    ['compact_rev_key', 'compact_rev_key', core('compact_rev_key', 'compact_rev_key')],
  ])('of a core resource: %s', (key, prefix, resource) => {
    expect(parseKey(key)).toEqual({ prefix, resource });
  });

  it.each([
    ['/registry/ingress/team-a/web', '/registry/ingress', 'networking.k8s.io', 'ingresses', 'team-a', 'web'],
    ['/registry/deployments/team-a/web', '/registry/deployments', 'apps', 'deployments', 'team-a', 'web'],
    [
      '/registry/clusterroles/system:node',
      '/registry/clusterroles',
      'rbac.authorization.k8s.io',
      'clusterroles',
      undefined,
      'system:node',
    ],
    [
      '/registry/apiregistration.k8s.io/apiservices/v1.apps',
      '/registry/apiregistration.k8s.io/apiservices',
      'apiregistration.k8s.io',
      'apiservices',
      undefined,
      'v1.apps',
    ],
    [
      '/registry/apiextensions.k8s.io/customresourcedefinitions/a.b',
      '/registry/apiextensions.k8s.io/customresourcedefinitions',
      'apiextensions.k8s.io',
      'customresourcedefinitions',
      undefined,
      'a.b',
    ],
    [
      '/registry/snapshot.storage.k8s.io/volumesnapshots/team-a/s',
      '/registry/snapshot.storage.k8s.io/volumesnapshots',
      'snapshot.storage.k8s.io',
      'volumesnapshots',
      'team-a',
      's',
    ],
    [
      '/registry/kyverno.io/clusterpolicies/p',
      '/registry/kyverno.io/clusterpolicies',
      'kyverno.io',
      'clusterpolicies',
      undefined,
      'p',
    ],
    ['/registry/podsecuritypolicy/p', '/registry/podsecuritypolicy', 'policy', 'podsecuritypolicies', undefined, 'p'],
  ])('of a resource in a group: %s', (key, prefix, group, resource, namespace, name) => {
    expect(parseKey(key)).toEqual({ prefix, resource: { group, resource, ...(namespace ? { namespace } : {}), name } });
  });

  it.each([
    ['/kubernetes.io/pods/team-a/web-1', '/kubernetes.io/pods', 'pods'],
    ['/openshift.io/builds/team-a/b-1', '/openshift.io/builds', 'builds'],
    ['/openshift.io/oauth/accesstokens/x', '/openshift.io/oauth/accesstokens', 'oauthaccesstokens'],
    ['/cluster-7/services/specs/team-a/web', '/cluster-7/services/specs', 'services'],
    ['/cluster-7/apps.example.com/widgets/team-a/w', '/cluster-7/apps.example.com/widgets', 'widgets'],
  ])('under another root: %s', (key, prefix, resource) => {
    expect(parseKey(key)).toMatchObject({ prefix, resource: { resource } });
  });

  it('of a vCluster mapping names the kind with the object, whatever the shape of its version', () => {
    const resource = { group: 'vcluster.loft.sh', resource: 'mappings', namespace: 'shop', name: 'Pod/web' };
    expect(parseKey('/vcluster/mappings/v1/Pod/shop/web')).toEqual({ prefix: '/vcluster/mappings', resource });
    expect(parseKey('/vcluster/mappings/apps/v1/Deployment/shop/web').resource).toMatchObject({
      namespace: 'shop',
      name: 'Deployment/web',
    });
    expect(parseKey('/vcluster/mappings/v1/Node/worker').resource).toEqual({
      group: 'vcluster.loft.sh',
      resource: 'mappings',
      name: 'Node/worker',
    });
  });

  it('that is not of Kubernetes has the first two segments for its prefix and stands for nothing', () => {
    expect(parseKey('/calico/ipam/v2/host/x')).toEqual({ prefix: '/calico/ipam' });
    expect(parseKey('quota-backend-bytes')).toEqual({ prefix: 'quota-backend-bytes' });
    expect(parseKey('/registry/pods')).toEqual({ prefix: '/registry/pods' });
  });

  const segment = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/);

  it('of every built-in leads back to what it was built from', () => {
    const own = builtins.filter(({ group }) => group !== 'extensions' && group !== 'events.k8s.io');
    fc.assert(
      fc.property(
        fc.constantFrom(...own),
        segment,
        segment,
        ({ group, resource, namespaced, path }, namespace, name) => {
          const place = namespaced ? { namespace } : {};
          expect(parseKey(`/registry/${path}/${namespaced ? `${namespace}/` : ''}${name}`)).toEqual({
            prefix: `/registry/${path}`,
            resource: { group, resource, ...place, name },
          });
        },
      ),
    );
  });

  it('has a prefix whose depth follows from the first two segments', () => {
    const depths = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('registry', 'pods', 'services', 'specs', 'a.example.com', 'x', 'vcluster', 'mappings'),
          { minLength: 5, maxLength: 7 },
        ),
        (segments) => {
          const { prefix } = parseKey(`/${segments.join('/')}`);
          const head = segments.slice(0, 2).join('/');
          const depth = prefix.split('/').length;
          if (head.endsWith('/services')) return;
          expect(depths.get(head) ?? depth).toBe(depth);
          depths.set(head, depth);
        },
      ),
    );
  });

  it('of any text is parsed without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(typeof parseKey(text).prefix).toBe('string')));
  });
});

describe('a kind', () => {
  it('is found from a resource and back for built-ins', () => {
    expect(kindOf('apps', 'deployments')).toBe('Deployment');
    expect(resourceOf({ group: '', kind: 'Node', name: 'n' })).toEqual({
      group: '',
      resource: 'nodes',
      name: 'n',
      guessed: false,
    });
  });

  it('that is custom gets a plural by the rules of English, and says so', () => {
    const plural = (kind: string) => resourceOf({ group: 'example.com', kind, name: 'x' });
    expect(plural('Widget')).toMatchObject({ resource: 'widgets', guessed: true });
    expect(plural('ClusterPolicy')).toMatchObject({ resource: 'clusterpolicies', guessed: true });
    expect(plural('Gateway').resource).toBe('gateways');
    expect(plural('Ingress').resource).toBe('ingresses');
  });
});
