import { LRUCache } from 'lru-cache';
import type { StandingFinding } from '../model/batch.ts';
import { resourceId } from '../model/resource.ts';
import type { ThrottleLabel } from '../model/throttle-label.ts';
import type { Millis } from '../model/write.ts';
import { changedPaths } from '../objects/changed-paths.ts';
import { isBookkeeping } from '../objects/fields-by-design.ts';
import { asObject, asText } from '../objects/json-text.ts';
import type { Review } from './review.ts';

/** On an object or its namespace: `on` lets a proven loop be slowed, `off` on either keeps the object out, whatever the other says. */
export const throttleLabel = 'kubechurn.dev/throttle';

export interface ThrottleLimits {
  /** Without it nothing is ever refused. */
  readonly enabled: boolean;
  /** From the first refusal of a finding on; after that it is let through for good. */
  readonly atMostMs: Millis;
}

/** What keeps the cluster itself alive is never slowed. */
const sparedNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-node-lease', 'kube-public']);
const sparedResources: ReadonlySet<string> = new Set(['nodes.', 'leases.coordination.k8s.io', 'namespaces.']);

/** Loops remembered while they are slowed. */
const loopsKept = 1_000;

/** Says whether a request is one more turn of a proven loop that somebody asked to have slowed. */
export function createThrottle({ enabled, atMostMs }: ThrottleLimits) {
  const began = new LRUCache<string, Millis>({ max: loopsKept });

  /** @param namespace what the label says on the request's namespace: the API server tells by the path it calls */
  return function slows(
    review: Review,
    namespace: ThrottleLabel,
    findings: readonly StandingFinding[],
    now: Millis,
  ): StandingFinding | undefined {
    if (!enabled || !mayBeSlowed(review) || !wantsIt(review, namespace)) return undefined;
    const finding = findings.find((each) => isProven(each, review));
    if (finding === undefined || !changesNothingElse(review, finding.fields)) return undefined;
    const loop = `${resourceId(review.key)} ${finding.pattern} ${finding.since}`;
    const since = began.get(loop) ?? now;
    began.set(loop, since);
    return now - since < atMostMs ? finding : undefined;
  };
}

function mayBeSlowed({ operation, dryRun, key, oldObject }: Review): boolean {
  if (operation !== 'UPDATE' || dryRun) return false;
  // An object on its way out must lose its finalizers.
  if (asObject(oldObject['metadata'])['deletionTimestamp'] !== undefined) return false;
  return !sparedNamespaces.has(key.namespace ?? '') && !sparedResources.has(`${key.resource}.${key.group}`);
}

function wantsIt({ oldObject }: Review, namespace: ThrottleLabel): boolean {
  const labels = [namespace, asText(asObject(asObject(oldObject['metadata'])['labels'])[throttleLabel])];
  return labels.includes('on') && !labels.includes('off');
}

function isProven({ loop, confidence, subject, writers }: StandingFinding, { key, user }: Review): boolean {
  if (!loop || confidence !== 'high' || subject.type !== 'object') return false;
  const { group = '', resource, namespace, name } = subject;
  const same = group === key.group && resource === key.resource && namespace === key.namespace && name === key.name;
  return same && writers.some((writer) => writer.kind === 'user' && writer.name === user);
}

function changesNothingElse({ oldObject, object }: Review, fields: readonly string[]): boolean {
  const changes = changedPaths(oldObject, object).filter(({ path }) => !isBookkeeping(path));
  return changes.length > 0 && changes.every(({ path }) => fields.includes(path));
}
