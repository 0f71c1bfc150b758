import type { PathHistory } from '../../history/changes.ts';
import type { ObjectRef } from '../../model/resource.ts';
import { refId } from '../../model/resource.ts';
import { asList, asObject } from '../../objects/json-text.ts';
import { namedReference } from '../../objects/references.ts';
import { definePattern } from '../define-pattern.ts';
import type { ObservedObject, World } from '../observed.ts';
import { nameOf, rounded } from '../sentences.ts';

export const endpointsliceFlap = definePattern({
  id: 'endpointslice-flap',
  title: 'Endpoints of a Service turn ready and unready again and again.',
  explanation:
    'A readiness probe that succeeds and fails in turn rewrites the status of its pod and the whole EndpointSlice, up to a hundred endpoints of it, at every turn, and every kube-proxy follows.',
  notThis: [
    'a rollout or a scaling: endpoints come and go, each once',
    'pods whose containers restart: that is a pod-restart-storm, and the slice is its consequence',
  ],
  loop: true,
  symptom: true,
  thresholds: {
    perMinute: { default: 10, doc: 'writes a minute of one slice' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    returns: { default: 3, doc: 'times one endpoint went back to a readiness it had before' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: (object, thresholds, world) => {
        const { resource, ref, rate, changes } = object;
        if (resource.group !== 'discovery.k8s.io' || resource.resource !== 'endpointslices') return;
        if (!rate || rate.perMinute < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes)
          return;
        const flapping = changes.paths.filter((path) => isFlapping(path, changes.paths, thresholds.returns));
        if (flapping.length === 0) return;
        const flips = flapping.reduce((sum, path) => sum + path.changes, 0);
        const service = object.owners[0];
        return {
          confidence: 'high',
          ref,
          behind: workloadsOf(object, world),
          fields: flapping.map(({ path }) => path).slice(0, 5),
          writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: {
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            endpoints: flapping.length,
            flips,
            ...(service && { service: service.name }),
          },
          cause: `${flapping.length === 1 ? 'an endpoint' : `${flapping.length} endpoints`}${service ? ` of Service ${service.name}` : ''} turned ready and unready ${flips} times`,
        };
      },
    },
  },
  remedy: ({ subject, kind, evidence }) => ({
    summary: `make the readiness probe behind ${typeof evidence['service'] === 'string' ? `Service ${evidence['service']}` : nameOf(kind, subject)} steady`,
    steps: [
      `see which pods flap and why: kubectl -n ${subject.namespace ?? 'default'} get events --field-selector reason=Unhealthy`,
      'give the probe room: a higher timeoutSeconds and failureThreshold, a longer periodSeconds; let it test the pod itself and not what the pod depends on',
      'give the pods the CPU they need to answer the probe in time',
      'write less per turn: kube-controller-manager --endpointslice-updates-batch-period=1s gathers changes of one slice',
    ],
    docs: [
      'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
      'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/',
    ],
  }),
  example: {
    subject: {
      type: 'object',
      group: 'discovery.k8s.io',
      resource: 'endpointslices',
      namespace: 'shop',
      name: 'web-abc12',
    },
    kind: 'EndpointSlice',
    fields: ['/endpoints/addresses=10.0.0.7/conditions/ready'],
    writers: [{ name: 'kube-controller-manager', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { service: 'web' },
  },
  references: [
    'https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/',
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
  ],
});

/** Back and forth while the endpoint stays: an address that is given to pod after pod turns ready once for each. */
function isFlapping({ path, returns, changes }: PathHistory, paths: readonly PathHistory[], times: number): boolean {
  const endpoint = /^(\/endpoints\/[^/]+)\/conditions\/ready$/.exec(path)?.[1];
  if (endpoint === undefined || returns < times) return false;
  const moves = paths
    .filter((other) => other.path === endpoint || other.path === '/endpoints')
    .reduce((sum, other) => sum + other.changes, 0);
  return changes >= moves * 3;
}

/** The pods behind the slice and what owns them, as far as it is known. */
function workloadsOf({ changes }: ObservedObject, { causes, objects }: World): ObjectRef[] {
  const pods = new Map(objects.filter(({ ref }) => ref.kind === 'Pod').map((pod) => [refId(pod.ref), pod]));
  return asList(changes.last?.body['endpoints']).flatMap((endpoint) => {
    const target = namedReference(asObject(endpoint)['targetRef']);
    return target ? [target, ...(pods.get(refId(target))?.owners ?? causes.ancestors(target))] : [];
  });
}
