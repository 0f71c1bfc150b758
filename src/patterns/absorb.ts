import type { Causes } from '../causes/roll-up.ts';
import type { ObjectRef } from '../model/resource.ts';
import { refId } from '../model/resource.ts';
import type { Suspicion } from './suspicion.ts';
import { subjectId } from './suspicion.ts';

/**
 * Leaves one finding per cause: a special pattern replaces the general one on the same subject; what another finding's
 * subject set off is counted there instead of being accused as well.
 */
export function absorb(suspicions: readonly Suspicion[], causes: Causes): Suspicion[] {
  const special = suspicions.filter(
    (each) => !suspicions.some((other) => replaces(other, each)) && !isMadeUpOf(suspicions, each),
  );
  const roots = special.filter((each) => !special.some((other) => setOff(other, each)));
  return roots.filter((each) => !isAnnouncement(each, roots, causes)).map((root) => withCarried(root, special));
}

function withCarried(root: Suspicion, all: readonly Suspicion[]): Suspicion {
  const carried = all.flatMap((effect) =>
    effect.object && standsBehind(root, effect) ? { prefix: effect.object.count.prefix, writes: effect.own } : [],
  );
  return carried.length === 0 ? root : { ...root, carried };
}

function replaces(other: Suspicion, general: Suspicion): boolean {
  if (other === general) return false;
  if (other.pattern.refines?.includes(general.pattern.id) && subjectId(other.subject) === subjectId(general.subject))
    return true;
  // Read as a whole, a prefix says what each of its keys would.
  const prefix = general.object?.count.prefix;
  return (
    other.pattern === general.pattern &&
    other.subject.type === 'prefix' &&
    prefix !== undefined &&
    (prefix === other.subject.name || (other.accusation.claims?.prefixes.includes(prefix) ?? false))
  );
}

/** Whether special findings on what an owner owns account for most of what it is accused of. */
function isMadeUpOf(suspicions: readonly Suspicion[], owner: Suspicion): boolean {
  if (owner.subject.type !== 'owner') return false;
  const parts = suspicions.filter(
    ({ pattern, object }) =>
      pattern.refines?.includes(owner.pattern.id) &&
      object?.owners.some((each) => sameObject(each, owner.accusation.ref)),
  );
  return parts.length > 0 && parts.reduce((sum, { own }) => sum + own, 0) * 2 >= owner.own;
}

/** Kinds that carry a copy of their owner's fields. */
const copies = new Set(['ReplicaSet', 'ControllerRevision', 'Job', 'Pod', 'EndpointSlice', 'Endpoints']);

function setOff(cause: Suspicion, effect: Suspicion): boolean {
  if (standsBehind(cause, effect)) return true;
  if (cause === effect || cause.pattern.symptom || !cause.object || !cause.accusation.ref) return false;
  const chain = effect.object?.owners ?? effect.owners;
  const below = chain.some((owner) => sameObject(owner, cause.accusation.ref));
  if (effect.pattern.symptom) return below || sameObject(effect.accusation.ref, cause.accusation.ref);
  return (
    below &&
    effect.object !== undefined &&
    (copies.has(effect.object.ref.kind) || shareField(cause, effect) || isCarriedOver(cause, effect))
  );
}

/** The effect itself names what may be behind it. */
function standsBehind(cause: Suspicion, effect: Suspicion): boolean {
  return effect.accusation.behind?.some((each) => sameObject(each, cause.accusation.ref)) ?? false;
}

/** One writer hands down to what it manages what several fight over above. */
function isCarriedOver(cause: Suspicion, effect: Suspicion): boolean {
  const fields = effect.accusation.fields ?? [];
  return (
    (cause.accusation.writers?.length ?? 0) > 1 &&
    effect.accusation.writers?.length === 1 &&
    fields.length > 0 &&
    fields.every((path) => path.startsWith('/spec/'))
  );
}

function shareField(a: Suspicion, b: Suspicion): boolean {
  const lasts = new Set((a.accusation.fields ?? []).map(lastSegment));
  return (b.accusation.fields ?? []).some((path) => lasts.has(lastSegment(path)));
}

const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Events that tell of what other findings already answer for. */
function isAnnouncement(each: Suspicion, roots: readonly Suspicion[], causes: Causes): boolean {
  const group = each.group;
  if (!group) return false;
  let told = 0;
  for (const other of roots) {
    if (other.group) continue;
    const claimed = other.accusation.claims?.events ?? [];
    told += group.events.filter((event) => claimed.includes(event)).reduce((sum, { writes }) => sum + writes, 0);
    const { ref } = other.accusation;
    if (!ref || !group.events.some(({ namespace }) => namespace === (ref.namespace ?? 'default'))) continue;
    told += causes.consequencesOf(ref).find(({ prefix }) => prefix.endsWith('/events'))?.writes ?? 0;
  }
  return told * 2 >= group.writes;
}

function sameObject(a: ObjectRef | undefined, b: ObjectRef | undefined): boolean {
  return a !== undefined && b !== undefined && refId(a) === refId(b);
}
