import type { Subject } from '../model/finding.ts';
import type { ObjectRef } from '../model/resource.ts';
import { resourceOf } from '../objects/kinds.ts';
import type { Accusation } from './accusation.ts';
import type { Pattern } from './define-pattern.ts';
import type { EventGroup, ObservedObject } from './observed.ts';

/** An accusation with whom it meets, before its consequences are counted. */
export interface Suspicion {
  readonly pattern: Pattern;
  readonly subject: Subject;
  readonly kind: string;
  readonly accusation: Accusation;
  /** Writes of the subject itself. */
  readonly own: number;
  /** What the subject is about, where it is no object read in full. */
  readonly owners: readonly ObjectRef[];
  readonly object?: ObservedObject;
  readonly group?: EventGroup;
  /** Writes of other suspicions that are counted here, though about another object. */
  readonly carried?: readonly { readonly prefix: string; readonly writes: number }[];
}

export function subjectId({ type, group = '', resource = '', namespace = '', name }: Subject): string {
  return [type, group, resource, namespace, name].join('\0');
}

export function subjectOf(type: 'object' | 'owner', ref: ObjectRef): Subject {
  const { group, resource, namespace, name } = resourceOf(ref);
  return { type, group, resource, ...(namespace !== undefined && { namespace }), name };
}
