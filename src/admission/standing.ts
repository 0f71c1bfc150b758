import type { StandingFinding } from '../model/batch.ts';
import type { Subject } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import { resourceId } from '../model/resource.ts';
import { aboutOf } from '../objects/about.ts';
import { resourceOf, pathOf } from '../objects/kinds.ts';
import type { Review } from './review.ts';

/** Findings by what they are about, so that a review finds its own without looking at the others. */
export interface Standing {
  readonly all: readonly StandingFinding[];
  readonly bySubject: ReadonlyMap<string, readonly StandingFinding[]>;
  readonly byWriter: ReadonlyMap<string, readonly StandingFinding[]>;
}

export const nothingStanding: Standing = { all: [], bySubject: new Map(), byWriter: new Map() };

export function standing(findings: readonly StandingFinding[]): Standing {
  const bySubject = Map.groupBy(findings, ({ subject }) => subjectId(subject));
  const byWriter = new Map<string, StandingFinding[]>();
  for (const finding of findings)
    for (const name of usersIn(finding)) byWriter.set(name, [...(byWriter.get(name) ?? []), finding]);
  return { all: findings, bySubject, byWriter };
}

/** Those about the object, about its owner, and those in which this user is one of the writers; each once. */
export function concerning({ all, bySubject, byWriter }: Standing, review: Review): readonly StandingFinding[] {
  if (all.length === 0) return [];
  const found = new Set(bySubject.get(resourceId(review.key)));
  for (const finding of bySubject.get(ownerId(review) ?? '') ?? []) found.add(finding);
  for (const finding of byWriter.get(review.user) ?? [])
    if (finding.subject.type !== 'prefix' || finding.subject.name === pathOf(review.key.group, review.key.resource))
      found.add(finding);
  return [...found];
}

/** Field managers are left out: `kubectl` is everybody's. */
function usersIn({ writers, subject }: StandingFinding): readonly string[] {
  const users = writers.filter(({ kind }) => kind === 'user').map(({ name }) => name);
  return [...new Set(subject.type === 'writer' ? [...users, subject.name] : users)];
}

function subjectId({ type, group = '', resource = '', namespace, name }: Subject): string {
  if (type !== 'object' && type !== 'owner') return '';
  return resourceId({ group, resource, ...(namespace !== undefined && { namespace }), name });
}

function ownerId({ key, kind, object, oldObject }: Review): string | undefined {
  const owner = aboutOf(key.group, kind, hasFields(object) ? object : oldObject);
  return owner && resourceId(resourceOf(owner));
}

function hasFields(object: JsonObject): boolean {
  for (const _ in object) return true;
  return false;
}
