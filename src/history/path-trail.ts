import type { Json } from '../model/json.ts';
import type { Digest } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';
import { digestOf } from '../objects/digests.ts';
import { Alternations } from './alternations.ts';
import type { PathHistory, Touch, WriterShare } from './changes.ts';
import { WriterTally } from './writer-tally.ts';

/** One change of one field. */
export interface PathStep {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** Who had set `before`, where the older revision tells; asked only where that is news. */
  readonly owner: () => Writer | undefined;
  readonly writer: Writer | undefined;
  /** The field manager it used, which tells two programs under one account apart; the writer itself without an account. */
  readonly manager: Writer | undefined;
  readonly at: Millis | undefined;
  readonly timestamp: boolean;
  readonly reordered: boolean;
}

/** Values a field is remembered by: longer circles are not told from progress. */
const remembered = 8;

/** From so many changes on a field manager is a side of its own within one account: a few may be ascribed wrongly. */
const sideWrites = 3;

/** Follows one field through the revisions of a key. */
export class PathTrail {
  readonly path: string;
  changes = 0;
  #recent: Touch[] = [];
  #returns = 0;
  readonly #alternations = new Alternations();
  readonly #managersAlternations = new Alternations();
  #firstReturn: Millis | undefined;
  #lastReturn: Millis | undefined;
  readonly #writers = new WriterTally();
  readonly #managers = new WriterTally();
  /** Who set the latest value. */
  #latest: Pick<PathStep, 'writer' | 'manager'> = { writer: undefined, manager: undefined };
  #unnamed = 0;
  #unnamedRemovals = 0;
  #appeared = false;
  #rises = 0;
  #falls = 0;
  #timestamps = 0;
  #reordered = 0;

  constructor(path: string) {
    this.path = path;
  }

  step(step: PathStep): void {
    if (this.changes === 0) this.#appeared = step.before === undefined;
    this.changes++;
    const was = valueDigest(step.before);
    // Where revisions between were not read, the value before is news too.
    if (this.#recent.at(-1)?.value !== was) {
      const owner = step.owner();
      this.#remember({ value: was, present: step.before !== undefined, writer: owner, at: undefined });
      this.#latest = { writer: owner, manager: owner };
    }
    const value = valueDigest(step.after);
    const returned = this.#recent.some((touch) => touch.value === value);
    if (returned) this.#return(step);
    this.#latest = step;
    this.#remember({ value, present: step.after !== undefined, writer: step.writer, at: step.at });

    if (step.manager) this.#managers.add(step.manager);
    if (step.writer) this.#writers.add(step.writer);
    else {
      this.#unnamed++;
      if (step.after === undefined) this.#unnamedRemovals++;
    }
    this.#slope(step.before, step.after);
    if (step.timestamp) this.#timestamps++;
    if (step.reordered) this.#reordered++;
  }

  /** Another object took the name: its fields begin anew, what was counted stays. */
  forget(): void {
    this.#recent = [];
  }

  history(): PathHistory {
    const { path, changes } = this;
    const writers = this.#writers.shares();
    const managers = this.#managers.shares().filter(({ writes }) => writes >= sideWrites);
    const account = onlyAccount(writers);
    const shared = account !== undefined && managers.length > 1;
    const alternations = shared ? this.#managersAlternations : this.#alternations;
    return {
      path,
      changes,
      returns: this.#returns,
      alternations: alternations.count,
      fastestAlternations: alternations.fastest,
      returningFor: this.#firstReturn === undefined ? 0 : (this.#lastReturn ?? this.#firstReturn) - this.#firstReturn,
      writers: shared ? managers : writers,
      ...(shared && { account }),
      unnamed: this.#unnamed,
      unnamedRemovals: this.#unnamedRemovals,
      counter: this.#isCounter(),
      timestamp: this.#timestamps === changes,
      reordered: this.#reordered === changes,
      recent: this.#recent,
    };
  }

  #remember(touch: Touch): void {
    this.#recent.push(touch);
    if (this.#recent.length > remembered) this.#recent.shift();
  }

  #return(step: PathStep): void {
    this.#returns++;
    if (step.at !== undefined) {
      this.#firstReturn ??= step.at;
      this.#lastReturn = step.at;
    }
    if (isOther(step, this.#latest)) this.#alternations.add(step.at);
    if (isOtherName(step.manager, this.#latest.manager)) this.#managersAlternations.add(step.at);
  }

  /** Rising or falling only; its first appearance is neither. */
  #isCounter(): boolean {
    const steps = this.changes - (this.#appeared ? 1 : 0);
    return steps > 0 && (this.#rises === steps || this.#falls === steps);
  }

  #slope(before: Json | undefined, after: Json | undefined): void {
    const [from, to] = [numeric(before), numeric(after)];
    if (from === undefined || to === undefined) return;
    if (to > from) this.#rises++;
    if (to < from) this.#falls++;
  }
}

type Side = Pick<PathStep, 'writer' | 'manager'>;

/** Accounts are compared with accounts and managers with managers; somebody unknown is another than somebody known. */
function isOther(one: Side, two: Side): boolean {
  if (!one.writer || !two.writer) return one.writer !== two.writer;
  if (one.writer.kind === two.writer.kind) return one.writer.name !== two.writer.name;
  return isOtherName(one.manager, two.manager);
}

const isOtherName = (one: Writer | undefined, two: Writer | undefined): boolean =>
  one !== undefined && two !== undefined && one.name !== two.name;

/** The one account all changes were made under, as far as accounts are known. */
function onlyAccount(writers: readonly WriterShare[]): string | undefined {
  const accounts = writers.filter(({ writer }) => writer.kind === 'user');
  return accounts.length === 1 ? accounts[0]?.writer.name : undefined;
}

/** An absent field is a value too; no digest is negative. */
function valueDigest(value: Json | undefined): Digest {
  return value === undefined ? -1 : digestOf(value);
}

function numeric(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
