import type { Remedy } from '../model/finding.ts';
import type { Accusation, Found } from './accusation.ts';
import type { AskedObject, EventGroup, ObservedObject, ObservedOwner, ObservedPrefix, World } from './observed.ts';

/** What a rule cannot judge without. `time`: a revision clock. `history`: values of successive revisions. `requests`: an audit log or admission. */
export type Need = 'history' | 'time' | 'requests';

export interface Threshold {
  readonly default: number;
  readonly doc: string;
}

export interface Rule<Observed, Values> {
  readonly needs: readonly Need[];
  evaluate(observed: Observed, thresholds: Values, world: World): Accusation | undefined;
}

export interface Rules<Values> {
  readonly object?: Rule<ObservedObject, Values>;
  readonly owner?: Rule<ObservedOwner, Values>;
  readonly prefix?: Rule<ObservedPrefix, Values>;
  /** By the reporter of Events: the only writer that is known without reading every value. */
  readonly writer?: Rule<EventGroup, Values>;
  /** By what was asked of an object, refusals included: it need not be stored at all. */
  readonly asked?: Rule<AskedObject, Values>;
}

export interface Definition<Names extends string> {
  readonly id: string;
  /** One sentence: what happens. */
  readonly title: string;
  /** What an administrator sees and why it fills etcd; a paragraph for the documentation page. */
  readonly explanation: string;
  /** What looks alike and stays silent, one sentence each. */
  readonly notThis: readonly string[];
  /** Ids of more general patterns that this one replaces on the same subject. */
  readonly refines?: readonly string[];
  /** True where it has limits of its own for what a healthy cluster writes, and must see that as well. */
  readonly judgesExpected?: boolean;
  /** True where the writes never end by themselves. */
  readonly loop: boolean;
  /** True where it may be the consequence of another finding's subject, and is then counted there. */
  readonly symptom: boolean;
  readonly thresholds: Readonly<Record<Names, Threshold>>;
  readonly rules: Rules<Readonly<Record<Names, number>>>;
  remedy(found: Found): Remedy;
  /** A typical case, from which the documentation page shows the remedy. */
  readonly example: Found;
  /** Public threads and pages this is modelled on. */
  readonly references: readonly string[];
}

/** A pattern whose thresholds have been filled in by the caller. */
export type Pattern = Definition<string>;

/** The one way to write a pattern: everything else (engine, documentation) is derived from the returned object. */
export function definePattern<Names extends string>(definition: Definition<Names>): Pattern {
  // The engine fills in every name of `thresholds`, so the rules get what they declare.
  return definition;
}
