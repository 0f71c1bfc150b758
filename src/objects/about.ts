import type { Json, JsonObject } from '../model/json.ts';
import type { ObjectRef } from '../model/resource.ts';
import { asList, asObject, asText } from './json-text.ts';
import { namedReference, ownerReference, reference } from './references.ts';

/** The object whose trouble this one is part of, or undefined where it stands for itself. */
export function aboutOf(group: string, kind: string, body: JsonObject): ObjectRef | undefined {
  if (isEvent(group, kind)) return toldOf(body);
  const metadata = asObject(body['metadata']);
  if (isIntermediateReport(group, kind)) return judgedByKyverno(metadata) ?? ownerOf(metadata);
  if (isPolicyReport(group, kind)) return ownerOf(metadata) ?? namedReference(body['scope']);
  if (kind === 'EndpointSlice' && group === 'discovery.k8s.io') return ownerOf(metadata) ?? serviceOfSlice(metadata);
  if (kind === 'Endpoints' && group === '') return serviceOfEndpoints(metadata);
  const owner = ownerOf(metadata);
  // A node's Lease is its heartbeat, not a sign of trouble with the Node.
  return kind === 'Lease' && owner?.kind === 'Node' ? undefined : owner;
}

/** What an Event tells of. Kyverno reports a violation to its policy as well, and names whose it was beside it. */
function toldOf(event: JsonObject): ObjectRef | undefined {
  const involved = namedReference(event['involvedObject'] ?? event['regarding']);
  return (involved && isKyverno(involved.group) ? namedReference(event['related']) : undefined) ?? involved;
}

export const isKyverno = (group: string): boolean => group === 'kyverno.io' || group.endsWith('.kyverno.io');

export function isEvent(group: string, kind: string): boolean {
  return kind === 'Event' && (group === '' || group === 'events.k8s.io');
}

/** Kyverno's short-lived reports, named after request UIDs: `reports.kyverno.io` since 1.12, `kyverno.io` before. */
export function isIntermediateReport(group: string, kind: string): boolean {
  return (
    kind.endsWith('Report') && group.endsWith('kyverno.io') && /(Ephemeral|Admission|BackgroundScan)Report$/.test(kind)
  );
}

export function isPolicyReport(group: string, kind: string): boolean {
  return (group === 'wgpolicyk8s.io' || group === 'openreports.io') && kind.endsWith('Report');
}

const kyverno = 'audit.kyverno.io/resource.';

/** The labels carry group and kind (background scan) or `deployments.v1.apps` and kind (admission). */
function judgedByKyverno(metadata: JsonObject): ObjectRef | undefined {
  const labels = asObject(metadata['labels']);
  const annotations = asObject(metadata['annotations']);
  const [, , ...group] = (asText(labels[`${kyverno}gvr`]) ?? '').split('.');
  return reference(
    asText(labels[`${kyverno}group`]) ?? group.join('.'),
    asText(labels[`${kyverno}kind`]),
    asText(annotations[`${kyverno}namespace`]),
    asText(annotations[`${kyverno}name`]),
    asText(labels[`${kyverno}uid`]),
  );
}

/** The controller first, else the first owner. */
function ownerOf(metadata: JsonObject): ObjectRef | undefined {
  const owners = asList(metadata['ownerReferences']);
  return ownerReference(owners.find(isController) ?? owners[0], asText(metadata['namespace']));
}

function isController(owner: Json): boolean {
  return asObject(owner)['controller'] === true;
}

function serviceOfSlice(metadata: JsonObject): ObjectRef | undefined {
  return service(metadata, asText(asObject(metadata['labels'])['kubernetes.io/service-name']));
}

/** Endpoints are named after their Service; the API servers' own records of that kind have no namespace. */
function serviceOfEndpoints(metadata: JsonObject): ObjectRef | undefined {
  return service(metadata, asText(metadata['name']));
}

function service(metadata: JsonObject, name: string | undefined): ObjectRef | undefined {
  const namespace = asText(metadata['namespace']);
  return namespace === undefined ? undefined : reference('', 'Service', namespace, name, undefined);
}
